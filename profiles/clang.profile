# compile, check and debug with clang, its sanitizers and tools
#
# On top of gcc: the variables of LLVM and of its sanitizers, and the settings of
# clangd, to read.
include gcc

keepenv LLVM_*
keepenv CLANG_*
keepenv CCC_*
keepenv ?SAN_SYMBOLIZER_PATH
keepenv AFL_*

ro-try ~/.config/clangd
