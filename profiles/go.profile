# build and test Go
#
# On top of default: a Go in the home and the modules that were fetched, to read,
# and its environment. The cache of builds is a private one: what is in it goes
# into programs that are built outside. ~/.netrc and GOPROXY may have passwords
# and are not shown.
include default
include sandbox-compilers.inc

ro-try ~/sdk
ro-try ~/go/pkg/mod

keepenv GOROOT
keepenv GOOS
keepenv GOARCH
keepenv GOAMD64
keepenv GOARM
keepenv GOFLAGS
keepenv GODEBUG
keepenv GOMAXPROCS
keepenv GOMEMLIMIT
keepenv GOGC
keepenv GOEXPERIMENT
keepenv CGO_*

# What is not there cannot be fetched: no newer toolchain either.
setenv GOTOOLCHAIN local
