# compile and run Java
#
# On top of default: JDKs that sdkman installed, the artifacts that maven has,
# to read, and their environment. ~/.m2/settings.xml and ~/.gradle may have
# passwords and are not shown. With artifacts that cannot be written maven needs
# --offline, and what it installs goes nowhere. JAVA_TOOL_OPTIONS and
# JDK_JAVA_OPTIONS are shown: where a -D in them is a password, add unsetenv.
include default

ro-try ~/.sdkman/candidates
ro-try ~/.m2/repository

keepenv JAVA_HOME
keepenv JDK_HOME
keepenv CLASSPATH
keepenv JAVA_TOOL_OPTIONS
keepenv JDK_JAVA_OPTIONS
keepenv M2_HOME
