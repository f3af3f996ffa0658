# tests of a checkout that cannot dirty it: changes are lost
#
# On top of make-check: the working directory is copy-on-write, all of it, and so
# whatever a build or a test does, outside nothing changes. Add --changes DIR
# where something is to be kept, and see it by --diff DIR. Of the variables that
# CI systems set, which have tokens among them, only CI is there. Nor is what stands
# on the command line of a make around it, as TOKEN=...: MAKEFLAGS has that.
include make-check

cow ${PWD}

keepenv CI
unsetenv MAKEFLAGS
setenv GIT_TERMINAL_PROMPT 0

die-with-parent
time-limit 1h
