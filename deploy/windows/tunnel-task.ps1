<#
.SYNOPSIS
  Keeps an SSH tunnel to a Waterwall on another machine, as a scheduled task of this user. Not run
  by its makers.
.EXAMPLE
  .\tunnel-task.ps1 -Server waterwall@gate.example     # -Remove takes the task away
#>
[CmdletBinding()]
param([string] $Server, [switch] $Remove)
$ErrorActionPreference = 'Stop'
$task = 'Waterwall tunnel'

if ($Remove) {
  Unregister-ScheduledTask -TaskName $task -Confirm:$false
  return
}
if ($Server -notmatch '^[\w.-]+@[\w.-]+$') { throw 'say where to: -Server USER@HOST' }
# The proxy, and its health for the session-start shim. A broken tunnel ends ssh; the task starts it again.
$arguments = "-N -o BatchMode=yes -o ExitOnForwardFailure=yes -o ServerAliveInterval=15 -o ServerAliveCountMax=3 " +
  "-L 127.0.0.1:8888:127.0.0.1:8888 -L 127.0.0.1:8889:127.0.0.1:8889 $Server"
$action = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\OpenSSH\ssh.exe" -Argument $arguments
$trigger = New-ScheduledTaskTrigger -AtLogOn -User "$env:USERDOMAIN\$env:USERNAME"
$settings = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
  -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName $task -Action $action -Trigger $trigger -Settings $settings -Force | Out-Null
Start-ScheduledTask -TaskName $task
