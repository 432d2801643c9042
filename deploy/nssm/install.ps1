<#
.SYNOPSIS
  Installs Waterwall as a Windows service (NSSM). Not run by its makers; read it before you do.
.DESCRIPTION
  From an administrator's PowerShell, in a checkout after `npm ci` or an installed package. Overwrites
  no configuration, key or log. Needs node.exe (20.19 or later) and nssm.exe in PATH.
#>
[CmdletBinding()]
param([string] $Operator)
$ErrorActionPreference = 'Stop'

$source = (Resolve-Path "$PSScriptRoot\..\..").Path
$program = "$env:ProgramFiles\Waterwall"
$home_ = "$env:ProgramData\Waterwall"
$service = 'Waterwall'
$account = "NT SERVICE\$service"

function Refuse($reason, $fix) { Write-Error "install.ps1: $reason`n  fix: $fix" }
function Invoke-Checked([string] $Command, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest) {
  & $Command @Rest
  if ($LASTEXITCODE) { throw "$Command $($Rest -join ' '): exit status $LASTEXITCODE" }
}

$me = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $me.IsInRole('Administrators')) { Refuse 'this needs an administrator' 'open PowerShell with "Run as administrator"' }
$node = (Get-Command node.exe).Source
$nssm = (Get-Command nssm.exe).Source
if ($node -like "$env:SystemDrive\Users\*") { Refuse "$node lies in a user's folder" 'install Node for all users' }
if (-not (Test-Path "$source\dist\program\main.js")) { Refuse 'the program is not built' "cd $source; npm ci" }
# Every user may make folders under ProgramData: one that was there first is not trusted.
if ((Test-Path $home_) -and (Get-Acl $home_).Owner -notin 'BUILTIN\Administrators', 'NT AUTHORITY\SYSTEM') {
  Refuse "$home_ belongs to $((Get-Acl $home_).Owner)" 'find out who made it, and remove it'
}

# The program: where only administrators write.
if (Get-Service $service -ErrorAction Ignore) { Invoke-Checked $nssm stop $service }
$parts = @('bin', 'dist\program', 'share', 'deploy', 'docs', 'README.md', 'LICENSE', 'package.json')
$parts += & $node "$source\deploy\systemd\runtime-packages.mjs" $source
foreach ($part in $parts) {
  $target = Join-Path $program $part
  New-Item -ItemType Directory -Force (Split-Path $target) | Out-Null
  if (Test-Path $target) { Remove-Item -Recurse -Force $target }
  Copy-Item -Recurse "$source\$part" $target
}
Write-Output "installed $program"

# The service, with an account of its own that nobody can log in to.
if (-not (Get-Service $service -ErrorAction Ignore)) { Invoke-Checked $nssm install $service $node }
Invoke-Checked $nssm set $service AppParameters "`"$program\bin\waterwall.js`" up --log-format json"
Invoke-Checked $nssm set $service AppDirectory $program
Invoke-Checked $nssm set $service AppEnvironmentExtra "WATERWALL_HOME=$home_"
Invoke-Checked $nssm set $service ObjectName $account ''
Invoke-Checked $nssm set $service AppStdout "$home_\log\daemon.log"
Invoke-Checked $nssm set $service AppStderr "$home_\log\daemon.log"
Invoke-Checked $nssm set $service AppRotateFiles 1
Invoke-Checked $nssm set $service AppRotateBytes 52428800
# Ctrl-C first: streams may end, the log is sealed.
Invoke-Checked $nssm set $service AppStopMethodConsole 20000
Invoke-Checked $nssm set $service AppRestartDelay 2000
Invoke-Checked $nssm set $service Start SERVICE_DELAYED_AUTO_START

# Homes: SYSTEM, administrators and the service; an operator reads the certificates, no key.
$fresh = -not (Test-Path "$home_\etc\ca.key")
New-Item -ItemType Directory -Force $home_ | Out-Null
Invoke-Checked icacls $home_ /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' "${account}:(OI)(CI)M"
if ($fresh) {
  $env:WATERWALL_HOME = $home_
  Invoke-Checked $node "$program\bin\waterwall.js" init
}
if ($Operator) {
  Invoke-Checked icacls $home_ /grant "${Operator}:(RX)"
  Invoke-Checked icacls "$home_\etc" /grant "${Operator}:(RX)"
  foreach ($file in 'ca.pem', 'ca-bundle.pem', 'config.yaml', 'permitted_hosts.yaml', 'patterns.yaml') {
    Invoke-Checked icacls "$home_\etc\$file" /grant "${Operator}:(R)"
  }
}

Write-Output @"
What comes next
  1. look at $home_\etc\permitted_hosts.yaml; after a change: node "$program\bin\waterwall.js" regen-ca
  2. nssm start $service
  3. as administrator: node "$program\bin\waterwall.js" verify-install --runtime
"@
