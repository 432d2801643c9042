/**
 * Hosts of model APIs. One that is not permitted is never tunnelled: a provider that nobody listed
 * must not be a silent hole. `*` stands for a part of a label, a leading `*.` for one label or more.
 */
export const knownProviders: readonly string[] = [
  // Anthropic
  'api.anthropic.com',
  'api-staging.anthropic.com',
  // OpenAI
  'api.openai.com',
  '*.api.openai.com',
  'chatgpt.com',
  'chat.openai.com',
  '*.openai.azure.com',
  '*.cognitiveservices.azure.com',
  '*.services.ai.azure.com',
  '*.inference.ai.azure.com',
  '*.models.ai.azure.com',
  // Google
  'generativelanguage.googleapis.com',
  'aiplatform.googleapis.com',
  '*-aiplatform.googleapis.com',
  'aiplatform.*.rep.googleapis.com',
  'cloudcode-pa.googleapis.com',
  'daily-cloudcode-pa.sandbox.googleapis.com',
  // Amazon
  'bedrock-runtime.*.amazonaws.com',
  'bedrock-runtime-fips.*.amazonaws.com',
  'bedrock-agent-runtime.*.amazonaws.com',
  'bedrock-mantle.*.api.aws',
  'codewhisperer.*.amazonaws.com',
  'q.*.amazonaws.com',
  // GitHub, Microsoft
  'api.githubcopilot.com',
  '*.githubcopilot.com',
  'copilot-proxy.githubusercontent.com',
  'models.github.ai',
  'models.inference.ai.azure.com',
  // Others with an API of their own
  'api.mistral.ai',
  'codestral.mistral.ai',
  'api.x.ai',
  '*.api.x.ai',
  'api.cohere.com',
  'api.cohere.ai',
  'api.perplexity.ai',
  'api.deepseek.com',
  'api.moonshot.ai',
  'api.moonshot.cn',
  'api.kimi.com',
  'api.minimax.io',
  'api.minimax.chat',
  'api.minimaxi.com',
  'api.z.ai',
  'open.bigmodel.cn',
  'dashscope.aliyuncs.com',
  'dashscope-intl.aliyuncs.com',
  'dashscope-us.aliyuncs.com',
  'ark.*.volces.com',
  'api.stepfun.com',
  'api.ai21.com',
  'api.reka.ai',
  'api.writer.com',
  'api.inceptionlabs.ai',
  'api.voyageai.com',
  'api.jina.ai',
  // Hosts of open models
  'api.groq.com',
  'api.together.xyz',
  'api.together.ai',
  'api.fireworks.ai',
  'api.cerebras.ai',
  'api.sambanova.ai',
  'api.deepinfra.com',
  'api.hyperbolic.xyz',
  'api.novita.ai',
  'api.studio.nebius.com',
  'api.tokenfactory.nebius.com',
  'api.siliconflow.cn',
  'api.siliconflow.com',
  'api.lambda.ai',
  'inference.baseten.co',
  'integrate.api.nvidia.com',
  'api.replicate.com',
  'api-inference.huggingface.co',
  'router.huggingface.co',
  'inference.do-ai.run',
  'api.scaleway.ai',
  'api.parasail.io',
  'api.featherless.ai',
  'api.chutes.ai',
  'llm.chutes.ai',
  // Routers and gateways
  'openrouter.ai',
  'gateway.ai.cloudflare.com',
  'ai-gateway.vercel.sh',
  'ai-gateway.helicone.ai',
  'api.portkey.ai',
  'router.requesty.ai',
  'opencode.ai',
  'api.opencode.ai',
  'inference-api.nousresearch.com',
  // Agents with a back end of their own
  'api2.cursor.sh',
  'api3.cursor.sh',
  'api4.cursor.sh',
  '*.api5.cursor.sh',
  'server.codeium.com',
  'ampcode.com',
];

/** Whether a host (lower case) is one of {@link knownProviders}. */
export function isKnownProvider(host: string): boolean {
  return knownProviders.some((pattern) => matches(host, pattern));
}

/**
 * Which known provider a tunnel entry (a host or `*.suffix`) would let through; undefined where it
 * covers none.
 */
export function providerCoveredBy(entry: string): string | undefined {
  if (!entry.startsWith('*.')) return isKnownProvider(entry) ? entry : undefined;
  return knownProviders.find((pattern) => overlap(labels(entry), labels(pattern)));
}

function matches(host: string, pattern: string): boolean {
  const names = labels(host);
  const globs = labels(pattern);
  if (globs[globs.length - 1] === '*') {
    const fixed = globs.slice(0, -1);
    return names.length > fixed.length && fixed.every((glob, i) => labelMatches(names[i], glob));
  }
  return names.length === globs.length && globs.every((glob, i) => labelMatches(names[i], glob));
}

/** Whether some host is in both; the first pattern has a leading `*`. */
function overlap(entry: readonly string[], pattern: readonly string[]): boolean {
  const suffix = entry.slice(0, -1);
  const open = pattern[pattern.length - 1] === '*';
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (!open && fixed.length <= suffix.length) return false;
  return suffix.every((name, i) => fixed[i] === undefined || labelMatches(name, fixed[i]));
}

/** From the top-level domain down, so that suffixes compare from the left. */
function labels(name: string): readonly string[] {
  return name.split('.').reverse();
}

function labelMatches(label: string | undefined, glob: string): boolean {
  if (label === undefined) return false;
  const star = glob.indexOf('*');
  if (star < 0) return label === glob;
  const tail = glob.slice(star + 1);
  return (
    label.length >= glob.length && label.startsWith(glob.slice(0, star)) && label.endsWith(tail)
  );
}
