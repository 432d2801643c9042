<#
.SYNOPSIS
  Takes Waterwall's service away; configuration, keys and log stay unless -Purge. Not run by its makers.
#>
[CmdletBinding()]
param([switch] $Purge)
$ErrorActionPreference = 'Stop'

if (Get-Service Waterwall -ErrorAction Ignore) {
  nssm.exe stop Waterwall
  nssm.exe remove Waterwall confirm
}
Remove-Item -Recurse -Force "$env:ProgramFiles\Waterwall" -ErrorAction Ignore
if ($Purge) { Remove-Item -Recurse -Force "$env:ProgramData\Waterwall" -ErrorAction Ignore }
else { Write-Output "Keys and logs stay in $env:ProgramData\Waterwall. To remove them too: uninstall.ps1 -Purge" }
