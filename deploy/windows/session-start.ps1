<#
.SYNOPSIS
  For a workstation without a Waterwall of its own: tells an agent's session whether the one behind
  the tunnel is well. Not run by its makers. It informs; what protects is that agents have no other way out.
#>
$ErrorActionPreference = 'Stop'
try {
  $health = Invoke-RestMethod 'http://127.0.0.1:8889/healthz' -TimeoutSec 3
  if (-not $health.killswitch_active) { exit 0 }
  $reason = "the kill switch is engaged (sources: $($health.killswitch_sources -join ', '))"
} catch {
  $reason = 'the proxy is not reached through the tunnel, or is not healthy'
}
@{
  systemMessage = "Waterwall: $reason"
  hookSpecificOutput = @{
    hookEventName = 'SessionStart'
    additionalContext = "Waterwall, the proxy that keeps secrets from model providers, is not ready: $reason. Requests to model providers fail until then."
  }
} | ConvertTo-Json -Compress
