# an interactive shell that feels at home
#
# On top of default: the start-up files of shells, editors and readline, to
# read, and what they look for in the environment.
include default

ro-try ~/.profile
ro-try ~/.bashrc
ro-try ~/.bash_profile
ro-try ~/.bash_aliases
ro-try ~/.bash_logout
ro-try ~/.zshrc
ro-try ~/.zshenv
ro-try ~/.zprofile
ro-try ~/.inputrc
ro-try ~/.dircolors
ro-try ~/.vimrc
ro-try ~/.vim
ro-try ~/.nanorc
ro-try ~/.tmux.conf
ro-try ~/.config/fish
ro-try ~/.config/nvim

keepenv EDITOR
keepenv VISUAL
keepenv PAGER
keepenv LESS
keepenv LS_COLORS
keepenv PS1
keepenv MANPATH
keepenv INFOPATH
