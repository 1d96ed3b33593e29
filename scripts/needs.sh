# Which programs of the machine are missing, and the line that installs them here. Sourced.
#
#   needs_check PROGRAM…   fills $missing (for people) and $packages (for the package manager)
#   needs_install_command  prints the install command of this distribution for $packages
#
# PROGRAM is node, npm, git, ssh, sshd, tmux, compiler (what node-pty is compiled with),
# python-grpc (a gRPC client in another language) or zsh and fish (for completion): for one
# end-to-end test each.

missing=
packages=
needs_python='import grpc, google.protobuf'

needs_manager() {
  for manager in apt-get dnf pacman zypper apk brew; do
    if command -v "$manager" >/dev/null 2>&1; then
      echo "$manager"
      return
    fi
  done
  echo none
}

# needs_package MANAGER PROGRAM: the packages that bring the program; nothing where there is none.
needs_package() {
  case $2:$1 in
    node:apt-get | node:none | npm:none) ;; # Debian's own may be older than 20: see needs_line
    node:brew) echo node ;;
    node:*) echo nodejs ;;
    npm:brew) echo node ;;
    npm:*) echo npm ;;
    git:*) echo git ;;
    ssh:dnf | ssh:zypper) echo openssh-clients ;;
    ssh:pacman | ssh:brew) echo openssh ;;
    ssh:*) echo openssh-client ;;
    sshd:pacman | sshd:brew) echo openssh ;;
    sshd:*) echo openssh-server ;;
    tmux:*) echo tmux ;;
    zsh:*) echo zsh ;;
    fish:*) echo fish ;;
    python3:pacman | python3:brew) echo python ;;
    python3:*) echo python3 ;;
    make:*) echo make ;;
    g++:dnf | g++:zypper) echo gcc-c++ ;;
    g++:pacman | g++:brew) echo gcc ;;
    g++:*) echo g++ ;;
    python-grpc:apt-get) echo python3-grpcio python3-protobuf libprotobuf-dev protobuf-compiler protobuf-compiler-grpc ;;
  esac
}

needs_add() {
  missing="${missing:+$missing, }$2"
  found=$(needs_package "$(needs_manager)" "$1")
  case " $packages " in
    *" $found "*) ;;
    *) packages="${packages:+$packages }$found" ;;
  esac
}

# True where tmux is there and 3.2 or later.
needs_tmux_is_new() {
  version=$(tmux -V 2>/dev/null) || return 1
  version=${version#tmux }
  version=${version#next-}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%[!0-9]*}
  case $major in
    '' | *[!0-9]*) return 0 ;; # built from a branch: no number to judge by
  esac
  [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "${minor:-0}" -ge 2 ]; }
}

needs_check() {
  for program in "$@"; do
    case $program in
      node)
        version=$(node --version 2>/dev/null) || version=
        major=${version#v}
        major=${major%%.*}
        if [ "${major:-0}" -lt 20 ]; then
          needs_add node "Node.js 20 or later${version:+ (found $version)}"
        fi
        ;;
      tmux) needs_tmux_is_new || needs_add tmux 'tmux 3.2 or later' ;;
      sshd) command -v sshd >/dev/null 2>&1 || [ -x /usr/sbin/sshd ] || needs_add sshd sshd ;;
      compiler)
        for tool in python3 make g++; do
          command -v "$tool" >/dev/null 2>&1 || needs_add "$tool" "$tool"
        done
        ;;
      python-grpc)
        if ! { python3 -c "$needs_python" || /usr/bin/python3 -c "$needs_python"; } >/dev/null 2>&1 ||
          ! command -v protoc >/dev/null 2>&1 || [ ! -f /usr/include/google/protobuf/duration.proto ] ||
          ! command -v grpc_python_plugin >/dev/null 2>&1; then
          needs_add python-grpc "Python's gRPC and protoc"
        fi
        ;;
      *) command -v "$program" >/dev/null 2>&1 || needs_add "$program" "$program" ;;
    esac
  done
}

needs_install_command() {
  sudo=
  [ "$(id -u)" = 0 ] || sudo='sudo '
  [ -n "$packages" ] || return 0
  case $(needs_manager) in
    apt-get) echo "${sudo}apt-get install -y $packages" ;;
    dnf) echo "${sudo}dnf install -y $packages" ;;
    pacman) echo "${sudo}pacman -S --needed $packages" ;;
    zypper) echo "${sudo}zypper install -y $packages" ;;
    apk) echo "${sudo}apk add $packages" ;;
    brew) echo "brew install $packages" ;;
  esac
}

# One line on what is missing, for standard error.
needs_line() {
  command=$(needs_install_command)
  line="missing: $missing"
  [ -z "$command" ] || line="$line. Install with: $command"
  case $missing in
    *Node.js*) line="$line. Node.js: https://nodejs.org/en/download" ;;
  esac
  echo "$line"
}
