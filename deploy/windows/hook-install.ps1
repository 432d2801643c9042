<#
.SYNOPSIS
  Puts the health gate into Claude Code's settings. Not run by its makers.
.DESCRIPTION
  With a Waterwall on this machine it runs `waterwall hook install`. With -Tunnel it adds the
  session-start shim beside it, for a Waterwall behind an SSH tunnel. -Remove takes either away.
#>
[CmdletBinding()]
param([switch] $Tunnel, [switch] $Remove)
$ErrorActionPreference = 'Stop'

if (-not $Tunnel) {
  $program = "$env:ProgramFiles\Waterwall\bin\waterwall.js"
  node.exe $program hook $(if ($Remove) { 'uninstall' } else { 'install' })
  exit $LASTEXITCODE
}
$file = "$env:USERPROFILE\.claude\settings.json"
$command = "powershell -NoProfile -ExecutionPolicy Bypass -File `"$PSScriptRoot\session-start.ps1`""
$settings = if (Test-Path $file) { Get-Content -Raw $file | ConvertFrom-Json } else { [pscustomobject]@{} }
if (Test-Path $file) { Copy-Item $file "$file.before-waterwall" -ErrorAction Ignore }
if (-not $settings.hooks) { $settings | Add-Member hooks ([pscustomobject]@{}) }
$others = @($settings.hooks.SessionStart | Where-Object { $_ -and ($_ | ConvertTo-Json -Depth 9) -notmatch 'session-start\.ps1' })
if (-not $Remove) { $others += @{ hooks = @(@{ type = 'command'; command = $command; timeout = 10 }) } }
$settings.hooks | Add-Member SessionStart $others -Force
New-Item -ItemType Directory -Force (Split-Path $file) | Out-Null
# No byte-order mark: Claude Code reads plain UTF-8.
[IO.File]::WriteAllText($file, ($settings | ConvertTo-Json -Depth 32))
