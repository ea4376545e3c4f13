@echo off
rem Runs the evomoe command of a release on Windows. EVOMOE_CLASSPATH: jars with gates of your own, as in java -cp.
rem EVOMOE_JAVA_OPTS: options for java. EVOMOE_KERNELS: what computes, auto if not set.
setlocal DisableDelayedExpansion
for %%h in ("%~dp0..") do set "home=%%~fh"
if defined JAVA_HOME goto named
set "java="
for %%j in (java.exe) do set "java=%%~$PATH:j"
if not defined java goto none
goto found

:named
set "java=%JAVA_HOME%\bin\java.exe"
if not exist "%java%" goto none

:found
set "runs="
for /f "tokens=3" %%v in ('call "%java%" -version 2^>^&1 ^| findstr version') do if not defined runs set "runs=%%~v"
if not defined runs goto none
for /f "delims=.-+" %%v in ("%runs%") do set "major=%%v"
if %major% lss 17 goto old
if /i "%EVOMOE_KERNELS%"=="torch" goto torch
if /i "%EVOMOE_KERNELS%"=="torch-cuda" goto torch
set "kernels="
if defined EVOMOE_KERNELS set "kernels=-Devomoe.kernels=%EVOMOE_KERNELS%"
set "classpath=%home%\app\*;%home%\lib\*;%home%\native\*"
if defined EVOMOE_CLASSPATH set "classpath=%classpath%;%EVOMOE_CLASSPATH%"
"%java%" %kernels% %EVOMOE_JAVA_OPTS% "-Devomoe.home=%home%" "-Devomoe.command=%~f0" --enable-native-access=ALL-UNNAMED -cp "%classpath%" io.evomoe.bench.cli.Main %*
exit /b %errorlevel%

:none
echo evomoe: Java 17 or newer must be on the PATH, or JAVA_HOME name one: there is none>&2
exit /b 2

:old
echo evomoe: Java must be of version 17 or newer, was %runs%: %java%>&2
exit /b 2

:torch
echo evomoe: EVOMOE_KERNELS must not be %EVOMOE_KERNELS% in a release, which has no libtorch>&2
exit /b 2
