# typeset documents, those of others too: latex, bibtex, biber, latexmk
#
# On top of default: the formats and fonts of the system, the user's own packages
# and settings of latexmk, to read, and the environment of TeX. What a document
# reads, writes or runs, with -shell-escape too, it does in here. The cache of
# luatex is a private one: what is in it is run outside.
include default

ro-try /var/lib/texmf
ro-try /var/cache/fontconfig
ro-try ~/texmf
ro-try ~/.latexmkrc
ro-try ~/.config/latexmk
ro-try ~/.fonts
ro-try ~/.local/share/fonts

keepenv TEXINPUTS
keepenv TEXMFHOME
keepenv BIBINPUTS
keepenv BSTINPUTS
keepenv LATEXMKRC*
keepenv FORCE_SOURCE_DATE
keepenv max_print_line
