/**
 * Whether a `config.yaml` that was rejected asks for the kill switch all the same. Line by line
 * and lenient: an operator who writes it in haste, into a broken file or as `yes`, means it.
 */
export function killSwitchInUnparsable(text: string): boolean {
  return /^[^#\r\n]*?(["']?)\bkill_switch\1\s*:\s*["']?(?:true|yes|on)\b/im.test(text);
}
