# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # top: see common.bash
#
# A runtime and an application for flatpak, made of a few files of this machine.

arch=x86_64
app=org.example.App
export FLATPAK_BWRAP=$top/bin/bwrap
start_bus

# with_libraries DIRECTORY PROGRAM...: copies them and what they load.
with_libraries() {
	local dir=$1 program library
	shift
	for program; do
		cp "$program" "$dir/bin"
		ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
			case $library in
			*/ld-linux*) cp -L "$library" "$dir/lib64" ;;
			*) cp -L "$library" "$dir/lib/x86_64-linux-gnu" ;;
			esac
		done
	done
}

make_runtime() {
	local dir=$top/tmp/runtime usr=$top/tmp/runtime/usr name
	mkdir -p "$dir/files" "$usr"/{bin,sbin,lib/x86_64-linux-gnu,lib64,etc}
	cat >"$dir/metadata" <<-END
	[Runtime]
	name=org.example.Platform
	runtime=org.example.Platform/$arch/master
	sdk=org.example.Platform/$arch/master
	END
	cp "$(command -v busybox)" "$usr/bin/busybox"
	for name in sh ls cat env id ps sleep kill touch mkdir grep readlink \
		test wc ip hostname cp unshare cut; do
		ln -s busybox "$usr/bin/$name"
	done
	cp /sbin/ldconfig "$usr/bin/ldconfig"
	with_libraries "$usr" /usr/bin/dbus-send
	echo this is the runtime >"$usr/of-the-runtime"
	flatpak build-export --runtime "$top/tmp/repo" "$dir" master &&
		flatpak --user remote-add --no-gpg-verify here "$top/tmp/repo" &&
		flatpak --user install -y --noninteractive here \
			org.example.Platform
}

# What is exported is looked at by a program that flatpak starts with bwrap.
icon() { # DIRECTORY
	mkdir -p "$1"
	make_png "$1/$app.png"
}

# What an application takes from elsewhere when it is installed is unpacked by
# its own program.
extra() { # FILE
	mkdir -p "$top/tmp/web"
	echo more >"$top/tmp/web/more"
	more=more:$(sha256sum "$top/tmp/web/more" | cut -d' ' -f1)
	more+=:5:5:http://127.0.0.1:$port/more
	cat >"$1" <<-'END'
	#!/bin/sh
	cp more applied
	END
	chmod 755 "$1"
}

serve_extra() {
	mkdir -p "$top/tmp/web"
	python3 -u -m http.server -b 127.0.0.1 -d "$top/tmp/web" 0 \
		>"$top/tmp/web.log" 2>&1 &
	web=$!
	trap 'kill "$web" "$bus"' EXIT
	soon grep -q port "$top/tmp/web.log" || exit 1
	port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$top/tmp/web.log")
}

# make_app BUILD-FINISH-OPTION...
make_app() {
	local dir=$top/tmp/app
	flatpak build-init "$dir" "$app" org.example.Platform \
		org.example.Platform master &&
		mkdir -p "$dir/files/bin" "$dir/files/share/applications" || return
	cat >"$dir/files/bin/app" <<-'END'
	#!/bin/sh
	echo "app $*"
	END
	chmod 755 "$dir/files/bin/app"
	echo this is the app >"$dir/files/of-the-app"
	icon "$dir/files/share/icons/hicolor/64x64/apps"
	extra "$dir/files/bin/apply_extra"
	cat >"$dir/files/share/applications/$app.desktop" <<-END
	[Desktop Entry]
	Type=Application
	Name=App
	Exec=app
	Icon=$app
	END
	flatpak build-finish --command=app "$@" --extra-data="$more" "$dir" &&
		flatpak build-export "$top/tmp/repo" "$dir" master
}

install_app() {
	flatpak --user install -y --noninteractive here "$app"
}

# run_app FLATPAK-RUN-OPTION... -- WORD...
run_app() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	flatpak --user run "${options[@]}" "$app" "$@"
}

# shell_app SCRIPT: runs it inside.
shell_app() { run_app --command=sh -- -c "$@"; }
