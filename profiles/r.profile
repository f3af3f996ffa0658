# run R: scripts, packages from local files, tests
#
# On top of default: packages in the home, to read, and the environment of R. What
# R CMD INSTALL installs goes where -l or R_LIBS say, in the project. ~/.Renviron
# and ~/.Rprofile often have tokens, ~/.RData and ~/.Rhistory what was done, and
# are not shown.
include default
include sandbox-compilers.inc

ro-try ~/R
ro-try ~/.cache/R/renv/cache

keepenv R_LIBS
keepenv R_LIBS_*
keepenv R_DEFAULT_PACKAGES
keepenv R_MAX_*
keepenv _R_CHECK_*
keepenv NOT_CRAN
keepenv TESTTHAT*
keepenv OMP_*
keepenv OPENBLAS_*
