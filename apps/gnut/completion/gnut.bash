# bash completion for gnut(1)

# Peers that the configuration file names, and this machine's own.
_gnut_peers() {
    local config="${XDG_CONFIG_HOME:-$HOME/.config}/gnut/gnut.conf"
    echo "localhost:8025"
    if [[ -r $config ]]; then
        sed -n 's/^[[:space:]]*peer[[:space:]]*=[[:space:]]*\([^#[:space:]]*\).*/\1/p' "$config"
    fi
}

# Splits a line into `words` as the shell would, without their quotes: "localhost:80" is one, and so is my\ file.
_gnut_split() {
    local line=$1 quote="" word="" begun="" letter i
    words=()
    for ((i = 0; i < ${#line}; ++i)); do
        letter=${line:i:1}
        if [[ -n $quote && $letter == "$quote" ]]; then
            quote=""
        elif [[ $letter == "\\" && $quote != "'" ]]; then
            i=$((i + 1))
            word+=${line:i:1}
            begun=1
        elif [[ -z $quote && ($letter == "'" || $letter == '"') ]]; then
            quote=$letter
            begun=1
        elif [[ -z $quote && $letter == [[:space:]] ]]; then
            [[ -n $begun ]] && words+=("$word")
            word="" begun=""
        else
            word+=$letter
            begun=1
        fi
    done
    words+=("$word")
}

# bash takes a word with a colon for several, and replaces only what follows the last.
_gnut_behind_colons() {
    if [[ $1 == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local done_part=${1%"${1##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$done_part"}")
    fi
}

# Completes from a list of words, in which ":" is a letter like others.
_gnut_words() {
    mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
    _gnut_behind_colons "$1"
}

_gnut_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$2" -- "$1")
    _gnut_behind_colons "$1"
}

_gnut() {
    local commands="peer search get browse ping hash verify"
    local -a words
    _gnut_split "${COMP_LINE:0:COMP_POINT}"
    local last=$((${#words[@]} - 1))
    local current=${words[last]} previous=${words[last - 1]} command=${words[1]}
    COMPREPLY=()

    if ((last == 1)); then
        _gnut_words "$current" "$commands --help --version"
        return
    fi
    if [[ $current == --*=* && $COMP_WORDBREAKS == *=* ]]; then
        previous=${current%%=*} current=${current#*=}
    fi
    case $previous in
        --share | --downloads | --state)
            _gnut_files "$current" -d
            return
            ;;
        --peer | -p)
            _gnut_words "$current" "$(_gnut_peers)"
            return
            ;;
        --output | -o)
            _gnut_files "$current" -f
            return
            ;;
        --transport)
            _gnut_words "$current" "quic http auto"
            return
            ;;
        --dialect)
            _gnut_words "$current" "json gnutella auto"
            return
            ;;
        --role)
            _gnut_words "$current" "ultrapeer leaf"
            return
            ;;
        --timeout | -t | --upload-limit | --download-limit)
            return
            ;;
    esac
    if [[ $current == -* ]]; then
        case $command in
            peer) _gnut_words "$current" "--share --downloads --state --upload-limit --download-limit --transport --dialect --role --verbose --help" ;;
            search) _gnut_words "$current" "--peer --timeout --dialect --json --help" ;;
            get) _gnut_words "$current" "--peer --output --timeout --download-limit --transport --dialect --json --help" ;;
            browse) _gnut_words "$current" "--json --help" ;;
            ping) _gnut_words "$current" "--timeout --dialect --json --help" ;;
            hash) _gnut_words "$current" "--magnet --help" ;;
            verify) _gnut_words "$current" "--help" ;;
        esac
        return
    fi
    case $command in
        peer | browse | ping) _gnut_words "$current" "$(_gnut_peers)" ;;
        hash) _gnut_files "$current" -f ;;
        verify) ((last == 2)) && _gnut_files "$current" -f ;;
    esac
}

complete -F _gnut gnut
