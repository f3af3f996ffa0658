# run GNU Octave: scripts, packages, plots into files
#
# On top of default: packages in the home and ~/.octaverc, to read, and the
# environment of Octave. There is no display: plots go into files. The history and
# settings of its window, which may have a proxy's password, are not shown; what
# pkg installs goes nowhere.
include default

ro-try ~/.octaverc
ro-try ~/.config/octave/api-v57
ro-try ~/.config/octave/api-v58
ro-try ~/.config/octave/api-v59
ro-try ~/.local/share/octave/api-v57
ro-try ~/.local/share/octave/api-v58
ro-try ~/.local/share/octave/api-v59
ro-try /var/cache/fontconfig

keepenv OCTAVE_*
keepenv GNUTERM
keepenv OMP_*
keepenv OPENBLAS_*
