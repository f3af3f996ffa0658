#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bats disable=SC2154,SC2034,SC2016,SC2028
# Job control: sandbox in a terminal is like any other command. What a user in
# front of it does is told to terminal.py.
load helper

# user COMMAND ARG... <STEPS
user() {
	TERM=dumb PS1='ready> ' P='inside> ' S=$SANDBOX \
		U='--memory unlimited --pids unlimited' timeout -k 1 90 /usr/bin/python3 \
		"$BATS_TEST_DIRNAME/terminal.py" "$@" 3>&-
}

# at_prompt <STEPS: the user of an interactive bash, which is left at the end.
at_prompt() {
	{
		echo 'expect ready> '
		cat
		printf '%s\n' 'send exit 0\n'
		echo 'end 0'
	} | user bash --norc --noprofile -i
}

# --- the driver itself --------------------------------------------------------

@test "the terminal of these tests can tell" {
	at_prompt <<-'END'
		send echo u"p"; sleep 60\n
		expect up
		sleep 0.3
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n.*sleep 60
		sleep 0.3
		send \x03
		expect ready>
	END
	run at_prompt <<-'END'
		send echo one\n
		expect one
		never one
	END
	[ "$status" = 1 ]
}

# --- Ctrl-C -------------------------------------------------------------------

@test "a loop at the prompt ends on one Ctrl-C" {
	at_prompt <<-'END'
		send n=0; while :; do n=$((n + 1)); $S sh -c 'echo u"p"; exec sleep 9'; done\n
		expect up
		send \x03
		expect ready>
		send echo "it was" $n.\n
		expect it was 1\.
		expect ready>
		never up[^"]*up\r
	END
}

@test "a loop in a script ends on one Ctrl-C" {
	user bash -c 'n=0
		while [ $n -lt 3 ]; do n=$((n + 1)); echo round $n
			"$S" sh -c "echo up; exec sleep 9"; done' <<-'END'
		expect up
		send \x03
		end -2
		never round 2
	END
	user sh -c 'while :; do echo round
			"$S" sh -c "echo up; exec sleep 9"; done' <<-'END'
		expect up
		send \x03
		end -2
		never round[^$]*round
	END
}

@test "a command that survives Ctrl-C goes on" {
	at_prompt <<-'END'
		send $S sh -c 'trap "echo cau"ght INT; echo u"p"; while :; do sleep 0.2; done'\n
		expect up
		send \x03
		expect caught
		send \x03
		expect caught
		send \x1c
		expect ready>
		send echo status $?.\n
		expect status 131\.
	END
}

@test "what the terminal sends reaches the command once" {
	user bash -c '"$S" ./probe count-signals ready INT QUIT WINCH HUP TERM' <<-'END'
		await ready
		send \x03
		sleep 0.2
		send \x1c
		sleep 0.2
		size 30 90
		sleep 0.2
		size 31 91
		sleep 0.2
		make ready.stop
		expect INT 1\r\n
		expect QUIT 1\r\n
		expect WINCH 2\r\n
		expect HUP 0\r\n
		expect TERM 0\r\n
	END
}

@test "Ctrl-C reaches a command in a session of its own" {
	at_prompt <<-'END'
		send $S --new-session sh -c 'echo u"p"; exec sleep 60'\n
		expect up
		send \x03
		expect ready>
		send echo status $?.\n
		expect status 130\.
	END
}

@test "Ctrl-C ends a pipeline of sandboxes" {
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; exec sleep 60' | $S cat | $S cat\n
		expect up\r\n
		send \x03
		expect ready>
		send echo "fi"ne\n
		expect fine
	END
}

@test "Ctrl-C reaches a command without a PID 1 of ours" {
	at_prompt <<-'END'
		send $S --share-pid $U sh -c 'echo u"p"; exec sleep 60'\n
		expect up
		send \x03
		expect ready>
		send echo status $?.\n
		expect status 130\.
	END
}

# --- Ctrl-Z -------------------------------------------------------------------

@test "Ctrl-Z stops it, fg goes on" {
	# A shell that forks cannot always be stopped: vfork(2).
	mkfifo go
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; read x <>go; echo o"ver"; exit 7'\n
		expect up
		send \x1a
		expect Stopped
		expect ready>
		write go
		sleep 0.5
		never over
		send jobs\n
		expect Stopped
		send fg\n
		expect over\r\n
		expect ready>
		send echo status $?.\n
		expect status 7\.
	END
}

@test "Ctrl-Z twice, and Ctrl-C after fg" {
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; exec sleep 60'\n
		expect up
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n.*sleep 60
		sleep 0.3
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n.*sleep 60
		sleep 0.3
		send \x03
		expect ready>
		send echo status $?.\n
		expect status 130\.
	END
}

@test "Ctrl-Z, then bg, then the end" {
	# A shell that forks cannot always be stopped: vfork(2).
	mkfifo go
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; read x <>go; echo o"ver"'\n
		expect up
		send \x1a
		expect Stopped
		expect ready>
		send bg\n
		expect ready>
		write go
		expect over\r\n
		send wait; echo status $?.\n
		expect status 0\.
	END
}

@test "a stopped sandbox can be killed" {
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; exec sleep 60'\n
		expect up
		send \x1a
		expect Stopped
		expect ready>
		send kill %1; sleep 1\n
		expect Exit 143
	END
}

@test "Ctrl-Z stops a command without a PID 1 of ours" {
	at_prompt <<-'END'
		send $S --share-pid $U sh -c 'echo u"p"; exec sleep 60'\n
		expect up
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n.*sleep 60
		sleep 0.3
		send \x03
		expect ready>
		send echo status $?.\n
		expect status 130\.
	END
}

@test "in the background it may write, and reading stops it until fg" {
	at_prompt <<-'END'
		send $S sh -c 'echo u"p"; read x; echo "go"t $x' &\n
		expect up\r\n
		sleep 0.3
		send \n
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n.*sh -c
		sleep 0.3
		send word\n
		expect got word\r\n
		expect ready>
	END
}

# --- interactive programs -----------------------------------------------------

@test "an interactive shell inside has job control, without complaint" {
	at_prompt <<-'END'
		send $S --profile shell --setenv PS1 "$P" bash --norc --noprofile\n
		expect inside>
		send sleep 61\n
		sleep 0.3
		send \x1a
		expect Stopped
		expect inside>
		send jobs\n
		expect Stopped +sleep 61
		expect inside>
		send fg\n
		expect sleep 61
		sleep 0.2
		send \x03
		expect inside>
		send echo status $?.\n
		expect status 130\.
		expect inside>
		send junk
		expect junk
		sleep 0.3
		send \x03
		expect inside>
		send exit 5\n
		expect ready>
		send echo status $?.\n
		expect status 5\.
		expect ready>
		never no job control
		never cannot set terminal process group
		never Inappropriate ioctl
	END
}

@test "an interactive shell is the terminal's foreground and knows its name" {
	at_prompt <<-'END'
		send $S bash --norc --noprofile\n
		expect bash-
		send ./probe tty\n
		expect foreground yes
		expect bash-
		send stty size\n
		expect 24 80
		size 33 77
		send stty size\n
		expect 33 77
		send exit\n
		expect ready>
	END
}

@test "suspending the shell inside gives the outer one back" {
	at_prompt <<-'END'
		send $S --setenv PS1 "$P" bash --norc --noprofile\n
		expect inside>
		send suspend\n
		expect Stopped
		expect ready>
		send fg\n
		expect fg\r\n
		sleep 0.3
		send \n
		expect inside>
		send exit\n
		expect ready>
	END
}

@test "a script is not left in the background by an interactive shell" {
	user sh -c '"$S" bash --norc -ic true; echo type; read x; echo "got $x"' <<-'END'
		expect type
		send word\n
		expect got word
		end 0
	END
	user bash -c '"$S" bash --norc -ic "exit 3"; echo $? type; read x; echo "got $x"' <<-'END'
		expect 3 type
		send word\n
		expect got word
		end 0
	END
}

@test "the prompt is not left in the background by an interactive shell" {
	at_prompt <<-'END'
		send $S bash --norc -ic true\n
		expect ready>
		send head -n 1 | sed s/^/got./\n
		send word\n
		expect got\.word
		expect ready>
		never Stopped
	END
}

@test "an interactive shell that is killed leaves the terminal usable" {
	at_prompt <<-'END'
		send $S bash --norc --noprofile -ic 'echo u"p"; kill -KILL $$'\n
		expect up
		expect ready>
		send head -n 1 | sed s/^/got./\n
		send word\n
		expect got\.word
		expect ready>
		never Stopped
	END
}

@test "the end of the input ends a shell inside" {
	at_prompt <<-'END'
		send $S --setenv PS1 "$P" bash --norc --noprofile\n
		expect inside>
		send \x04
		expect ready>
	END
}

# --- hangup -------------------------------------------------------------------

@test "closing the terminal ends it" {
	local mark=94$RANDOM$RANDOM

	user bash --norc --noprofile -i <<-END
		expect ready>
		send \$S sh -c 'echo u"p"; exec sleep $mark'\\n
		expect up
		hangup
		end -1
	END
	within 20 host_does_not_see "^sleep $mark"
}

@test "the terminal cannot be typed into from a session of its own" {
	echo 'my $c = "x"; # TIOCSTI
		print ioctl(STDIN, 0x5412, $c) ? "typed" : "refused", "\n"' >type.pl
	user sh -c '"$S" --new-session perl type.pl' <<-'END'
		expect refused
		end 0
	END
}
