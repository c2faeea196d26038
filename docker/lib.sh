# shellcheck shell=bash
# What docker/demo, docker/test, docker/down and docker/ccengine share: settings, finding or installing Docker, building the
# images, starting the containers. Sourced, not run.
set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
base_image=ccengine-base:forky
settings_file=$root/docker/settings.env # that people change: what it says wins over others
compose=()

step() { printf '\033[1m▸ %s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }
fail() { # what is wrong, then how to mend it, a line each
    printf '\033[31m✗ %s\033[0m\n' "$1" >&2
    shift
    (($# == 0)) || printf '  → %s\n' "$@" >&2
    exit 1
}

# ---- settings ----------------------------------------------------------------------------------------------------------

# Exports every setting of a file unless the environment has it already, and writes the result where compose reads it.
load_settings() { # file
    local line key
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line =~ ^(CCENGINE_[A-Z_]+)=(.*)$ ]] || continue
        key=${BASH_REMATCH[1]}
        [[ -v $key ]] || export "$key=${BASH_REMATCH[2]}"
    done <"$1"
    export CCENGINE_HOST_DIALPLAN=${CCENGINE_HOST_DIALPLAN:-$root/dialplan}
    export CCENGINE_HOST_ASTERISK_CONF=${CCENGINE_HOST_ASTERISK_CONF:-$root/asterisk-conf}
    run_folder=${TMPDIR:-/tmp}/ccengine-$(id -u)
    mkdir -p -m 0700 "$run_folder"
    [[ -O $run_folder ]] || fail "$run_folder belongs to somebody else." "Set TMPDIR to a folder of your own."
    export CCENGINE_SETTINGS=$run_folder/$CCENGINE_PROJECT.env
    env | grep -E '^CCENGINE_' | grep -vE '^CCENGINE_(SETTINGS|STATE|DIALPLAN|HOST_[A-Z_]+|[A-Z]+_IMAGE)=' | sort \
        >"$CCENGINE_SETTINGS"
    # Containers run under other users: they must be able to read what is mounted.
    local hidden
    hidden=$(find "$CCENGINE_HOST_DIALPLAN" "$CCENGINE_HOST_ASTERISK_CONF" ! -perm -o=r -print -quit)
    [[ -z $hidden ]] || fail "Asterisk could not read $hidden." "chmod -R o+rX '$CCENGINE_HOST_DIALPLAN' '$CCENGINE_HOST_ASTERISK_CONF'"
}

# What `--dialer` means to a script: campaigns rehearsed, by a system of its own beside whatever else runs.
load_dialer_settings() {
    settings_file=$root/docker/dialer.env
    load_settings "$root/docker/dialer.env"
}

# ---- Docker --------------------------------------------------------------------------------------------------------------

# Installs Debian packages; the first word says what they are for.
install_packages() {
    local why=$1
    shift
    command -v apt-get >/dev/null || fail "$why is missing, and this system has no apt-get to install it." \
        "Install $why by the means of your system, then start this again."
    [[ $(id -u) == 0 ]] || fail "$why is missing, and installing it needs root." "Run: sudo $0 ${arguments[*]:-}"
    step "Installing $why ($*)"
    {
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
    } >"$run_folder/apt.log" 2>&1 || {
        tail -n 15 "$run_folder/apt.log" >&2
        fail "Installing $why failed." "See $run_folder/apt.log; is the Debian mirror of this machine reachable?"
    }
}

find_compose() {
    if docker compose version >/dev/null 2>&1; then
        compose=(docker compose)
    elif command -v docker-compose >/dev/null; then
        compose=(docker-compose)
    else
        return 1
    fi
}

start_daemon() {
    [[ $(id -u) == 0 ]] || fail "No Docker daemon answers, or you may not use it." \
        "Run: sudo $0 ${arguments[*]:-}" "or add yourself to the group docker and log in again."
    command -v dockerd >/dev/null || install_packages "the Docker engine" docker.io iptables
    step "Starting the Docker daemon"
    if [[ -d /run/systemd/system ]]; then
        systemctl start docker >"$run_folder/dockerd.log" 2>&1 || true
    else
        # Detached: it must outlive this script. It needs no bridge of its own, as all containers use the host's network.
        setsid nohup dockerd >"$run_folder/dockerd.log" 2>&1 </dev/null &
        if ! wait_for 30 docker info; then
            setsid nohup dockerd --bridge=none --iptables=false >"$run_folder/dockerd.log" 2>&1 </dev/null &
        fi
    fi
    wait_for 30 docker info || {
        tail -n 10 "$run_folder/dockerd.log" >&2
        fail "The Docker daemon does not start." "See $run_folder/dockerd.log, or 'systemctl status docker'."
    }
}

wait_for() { # seconds, command; gives up at once when it returns 2
    local end=$((SECONDS + $1)) status
    shift
    while true; do
        status=0
        "$@" >/dev/null 2>&1 || status=$?
        ((status != 0)) || return 0
        ((status != 2 && SECONDS < end)) || return 1
        sleep 0.3
    done
}

ensure_docker() {
    local kind
    if ! command -v docker >/dev/null; then
        local packages=(docker.io docker-compose iptables)
        # Newer Debian has the client apart.
        [[ -z $(apt-cache search --names-only '^docker-cli$' 2>/dev/null) ]] || packages+=(docker-cli)
        install_packages Docker "${packages[@]}"
    fi
    kind=$(docker info --format '{{.OperatingSystem}}|{{.SecurityOptions}}' 2>/dev/null) || kind=''
    case $kind in
    *"Docker Desktop"*)
        fail "This is Docker Desktop. Its containers live in a virtual machine, so their host network is not this machine's:
  SIP and sound would not reach your phones." "Use Docker Engine on Linux (a small virtual machine will do)."
        ;;
    *name=rootless*)
        fail "This Docker runs rootless. Its host network is not this machine's: SIP and sound would not reach your phones." \
            "Use the system's Docker: unset DOCKER_HOST, or 'docker context use default'."
        ;;
    "" | "|"*)
        [[ -z ${DOCKER_HOST:-} ]] || fail "No Docker daemon answers at DOCKER_HOST=$DOCKER_HOST." "Start it, or unset DOCKER_HOST."
        start_daemon
        ;;
    esac
    find_compose || install_packages "docker-compose" docker-compose
    find_compose || fail "There is neither 'docker compose' nor docker-compose." "Install one of them."
}

# ---- images --------------------------------------------------------------------------------------------------------------

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# The Debian mirror this machine is configured for.
debian_mirror() {
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' "Created-By: Packages" 2>/dev/null |
        awk '$1 == "Debian" { print $2; exit }'
}

make_base() {
    local mirror tar=$run_folder/base.tar options=()
    command -v mmdebstrap >/dev/null || install_packages mmdebstrap mmdebstrap
    [[ -n $(debian_mirror) ]] || apt-get update -q >/dev/null 2>&1 || true
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || fail "No image registry answers, and this system's apt knows no Debian mirror." \
        "Make a registry reachable for Docker (docker pull debian:forky must work), or run this on Debian."
    step "No image registry answers: making Debian forky from this machine's mirror"
    bootstrap() {
        mmdebstrap --variant=minbase --components=main --aptopt='Acquire::Languages "none"' "${options[@]}" \
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' forky "$tar" "$mirror" >"$run_folder/mmdebstrap.log" 2>&1
    }
    if ! bootstrap && grep -q 'is expired' "$run_folder/mmdebstrap.log"; then
        note "warning: the mirror's Release file is past its date (a mirror that lags, or this clock); taking it all the same"
        options+=(--aptopt='Acquire::Check-Valid-Until "false"')
        bootstrap || true
    fi
    [[ -s $tar ]] || {
        tail -n 15 "$run_folder/mmdebstrap.log" >&2
        fail "Making the base image failed." "See $run_folder/mmdebstrap.log; does $mirror carry the suite forky?"
    }
    docker import --message "Debian forky by mmdebstrap" "$tar" "$base_image" >/dev/null
    rm -f "$tar"
}

ensure_base() {
    has_image "$base_image" && return
    step "Looking for a Debian base image"
    if has_image debian:forky || timeout 90 docker pull --quiet debian:forky >"$run_folder/pull.log" 2>&1; then
        docker tag debian:forky "$base_image"
    else
        make_base
    fi
}

first_file() { # of those named
    local file
    for file in "$@"; do
        [[ -n $file && -f $file ]] && printf '%s' "$file" && return
    done
    return 0
}

# A temporary build context: the named paths, and what the build needs of this host. Nothing of that ever enters the checkout.
make_context() { # folder, paths…
    local context=$1 bundle key value
    shift
    rm -rf "$context"
    mkdir -p "$context/docker/build-host" "$context/docker/build-pip"
    (cd "$root" && tar -c --exclude=__pycache__ --exclude='.*_cache' --mtime=@0 "$@") | tar -x -C "$context"
    bundle=$(first_file "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}" "${CURL_CA_BUNDLE:-}" \
        /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem)
    : >"$context/docker/build-host/apt.conf"
    printf '[global]\ndisable-pip-version-check = true\n' >"$context/docker/build-pip/pip.conf"
    if [[ -n $bundle ]]; then
        cp -L "$bundle" "$context/docker/build-host/ca.pem"
        echo 'Acquire::https::CAInfo "/opt/build-host/ca.pem";' >>"$context/docker/build-host/apt.conf"
        echo 'cert = /opt/build-host/ca.pem' >>"$context/docker/build-pip/pip.conf"
    fi
    [[ ${stale_release:-} != yes ]] ||
        echo 'Acquire::Check-Valid-Until "false";' >>"$context/docker/build-host/apt.conf"
    # Where this host's pip looks, unless that is a place on its own disk.
    while IFS='=' read -r key value; do
        value=$(tr -d "'" <<<"$value")
        case $key in
        *index-url) [[ $value != http* ]] || printf '%s = %s\n' "${key##*.}" "$value" ;;
        *trusted-host) printf 'trusted-host = %s\n' "$value" ;;
        esac
    done < <(pip_settings) >>"$context/docker/build-pip/pip.conf"
}

pip_settings() {
    [[ -z ${PIP_INDEX_URL:-} ]] || echo "index-url=$PIP_INDEX_URL"
    [[ -z ${PIP_EXTRA_INDEX_URL:-} ]] || echo "extra-index-url=$PIP_EXTRA_INDEX_URL"
    [[ -z ${PIP_TRUSTED_HOST:-} ]] || echo "trusted-host=$PIP_TRUSTED_HOST"
    python3 -m pip config list 2>/dev/null | grep '^global\.' || true
}

# A tag of the inputs' content: the same inputs, the same image, nothing to do.
content_tag() { # paths…
    (
        cd "$root"
        docker image inspect --format '{{.Id}}' "$base_image"
        find "$@" -type f ! -path '*/__pycache__/*' ! -path '*/.*_cache/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    ) | sha256sum | cut -c 1-12
}

build_image() { # tag, Dockerfile, target or "", paths…
    local tag=$1 dockerfile=$2 target=$3 log context=$run_folder/context-$$ proxy options=() # other runs build, too
    shift 3
    log=$run_folder/build-${tag%%:*}.log
    step "Building ${tag%%:*} (the first time takes some minutes)"
    [[ -z $target ]] || options+=(--target "$target" --build-arg "EXTRAS=$CCENGINE_EXTRAS")
    for proxy in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [[ -z ${!proxy:-} ]] || options+=(--build-arg "$proxy")
    done
    run_build() {
        make_context "$context" LICENSE "$dockerfile" "$@"
        docker build --network=host --build-arg "BASE=$base_image" "${options[@]}" -f "$context/$dockerfile" -t "$tag" \
            "$context" 2>&1 | tee "$log" | { grep --line-buffered -E '^(Step [0-9]|#[0-9]+ \[.*[0-9]+/[0-9]+\])' || true; } |
            cut -c 1-110 | sed -u 's/^/  /'
    }
    if ! run_build "$@" && grep -q 'is expired' "$log"; then
        note "warning: the mirror's Release file is past its date (a mirror that lags, or this clock); taking it all the same"
        stale_release=yes
        run_build "$@" || true
    fi
    rm -rf "$context"
    has_image "$tag" || {
        tail -n 20 "$log" >&2
        fail "Building ${tag%%:*} failed." "See $log. A mirror or package index out of reach? A proxy needs http_proxy and https_proxy set."
    }
}

# Sets the image tags for compose; builds what is not there. With "test" the tests' image, too; with "all" both that run.
ensure_images() {
    local asterisk_paths=(docker/Dockerfile.asterisk docker/asterisk)
    local engine_paths=(docker/Dockerfile.engine docker/requirements docker/ccengine-in-container pyproject.toml)
    ensure_base
    export CCENGINE_ASTERISK_IMAGE CCENGINE_ENGINE_IMAGE
    CCENGINE_ASTERISK_IMAGE=ccengine-asterisk:$(content_tag "${asterisk_paths[@]}")
    has_image "$CCENGINE_ASTERISK_IMAGE" ||
        build_image "$CCENGINE_ASTERISK_IMAGE" docker/Dockerfile.asterisk "" "${asterisk_paths[@]}"
    CCENGINE_ENGINE_IMAGE=ccengine-engine:$(content_tag "${engine_paths[@]}" ccengine)${CCENGINE_EXTRAS:+-${CCENGINE_EXTRAS// /-}}
    has_image "$CCENGINE_ENGINE_IMAGE" ||
        build_image "$CCENGINE_ENGINE_IMAGE" docker/Dockerfile.engine engine "${engine_paths[@]}" ccengine
    [[ $1 == test ]] || return 0
    test_image=ccengine-test:$(content_tag "${engine_paths[@]}")
    has_image "$test_image" || build_image "$test_image" docker/Dockerfile.engine test "${engine_paths[@]}" ccengine
}

# ---- ports -----------------------------------------------------------------------------------------------------------------

# Who has a port of ours: "name (pid)", or nothing when it is free. From /proc, as bare systems have no ss.
port_owner() { # tcp|udp, address, port
    local hex inode file link state
    hex=$(printf '%04X' "$3")
    [[ $1 == tcp ]] && state=0A || state=07
    inode=$(cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null | awk -v port=":$hex" -v state="$state" -v address="$2" '
        $4 == state && substr($2, length($2) - 4) == port {
            here = substr($2, 1, length($2) - 5)
            if (address == "0.0.0.0" || here ~ /^0+$/ || here ~ /0100007F$/) { print $10; exit }
        }')
    [[ -n $inode ]] || return 0
    for file in /proc/[0-9]*/fd/*; do
        link=$(readlink "$file" 2>/dev/null) || continue
        if [[ $link == "socket:[$inode]" ]]; then
            file=${file#/proc/}
            printf '%s (pid %s)' "$(cat "/proc/${file%%/*}/comm")" "${file%%/*}"
            return 0
        fi
    done
    printf 'another process'
}

check_ports() {
    local name protocol owner address taken=()
    is_running asterisk && return 0
    for name in SIP ARI AMI API; do
        [[ $name == SIP ]] && protocol=udp address=$CCENGINE_SIP_HOST || protocol=tcp address=127.0.0.1
        local port=CCENGINE_${name}_PORT
        owner=$(port_owner "$protocol" "$address" "${!port}")
        [[ -z $owner ]] || taken+=("$port=${!port} ($protocol $address): $owner listens there")
    done
    ((${#taken[@]} == 0)) || fail "A port is taken." "${taken[@]}" \
        "Stop that program, or give ccengine another port: the line named above in ${settings_file#"$root/"}."
}

# ---- containers ------------------------------------------------------------------------------------------------------------

container() { printf '%s-%s' "$CCENGINE_PROJECT" "$1"; }
is_running() { [[ $(docker inspect --format '{{.State.Running}}' "$(container "$1")" 2>/dev/null) == true ]]; }

run_compose() {
    (cd "$root" && "${compose[@]}" --project-name "$CCENGINE_PROJECT" --file docker/compose.yml "$@")
}

engine_answers() {
    local line
    line=$( {
        exec 3<>"/dev/tcp/127.0.0.1/$CCENGINE_API_PORT"
        printf 'GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
        IFS= read -r -t 3 line <&3
        printf '%s' "$line"
    } 2>/dev/null) || true
    [[ $line != HTTP/1.*" 200"* ]] || return 0
    # Docker starts it again and again: waiting longer helps nobody.
    (($(docker inspect --format '{{.RestartCount}}' "$(container engine)") < 4)) || return 2
    return 1
}

show_logs() { docker logs --tail 20 "$(container "$1")" >&2 2>&1 || true; }

# What people edit: when it has changed under a running system, the system takes it up, and calls go on.
configuration() {
    find "$CCENGINE_HOST_DIALPLAN" "$CCENGINE_HOST_ASTERISK_CONF" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

take_up_changes() {
    local part
    step "Configuration has changed: Asterisk reloads, the engine starts anew; calls go on"
    # Each by itself: `core reload` has deadlocked in some versions.
    for part in pbx_config.so res_pjsip.so res_musiconhold.so acl; do
        docker exec "$(container asterisk)" asterisk -rx "module reload $part" >/dev/null || true
    done
    docker restart "$(container engine)" >/dev/null
}

start_stack() {
    local log=$run_folder/$CCENGINE_PROJECT-compose.log seen=$run_folder/$CCENGINE_PROJECT-configuration ran=no
    is_running engine && ran=$(docker inspect --format '{{.Id}}' "$(container engine)")
    step "Starting Asterisk and the engine"
    run_compose up --detach --no-build --remove-orphans >"$log" 2>&1 </dev/null || {
        show_logs init
        tail -n 5 "$log" >&2
        fail "The containers do not start." "What ccengine says above names the file and line to mend; compose's words are in $log."
    }
    wait_for 60 docker exec "$(container asterisk)" asterisk -rx 'core waitfullybooted' || {
        show_logs asterisk
        fail "Asterisk does not come up." "Its last lines are above; all of them: docker logs $(container asterisk)"
    }
    if [[ $ran == "$(docker inspect --format '{{.Id}}' "$(container engine)")" ]]; then
        configuration | cmp --silent - "$seen" || take_up_changes
    fi
    configuration >"$seen"
    wait_for 60 engine_answers || {
        show_logs engine
        fail "The engine does not answer on port $CCENGINE_API_PORT." "Its last lines are above; all of them: docker logs $(container engine)"
    }
}

stop_stack() {
    run_compose down --remove-orphans >"$run_folder/$CCENGINE_PROJECT-compose.log" 2>&1 </dev/null
}
