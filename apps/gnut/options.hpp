#pragma once

#include "target.hpp"

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/role.hpp>
#include <gnutella/transport.hpp>
#include <gnutella/urn.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gnut {

/// How results are written.
enum class Format : std::uint8_t {
    text,        ///< for people
    json_lines,  ///< for programs: one JSON object a line
};

/// How files move.
struct TransferOptions {
    /// Bytes a second; 0 for no limit.
    std::uint64_t upload_limit = 0;
    std::uint64_t download_limit = 0;
    /// Best first.
    std::vector<gnutella::Transport> transports{gnutella::Transport::quic, gnutella::Transport::http};
};

/// Which dialects are spoken, the first to be tried first.
using Dialects = std::vector<gnutella::Dialect>;
inline const Dialects all_dialects{gnutella::Dialect::json, gnutella::Dialect::gnutella};

/// How long a session may take to open; nothing: as long as the library waits.
using Patience = std::optional<std::chrono::milliseconds>;

/// gnut peer
struct PeerOptions {
    std::uint16_t port = gnutella::default_port;
    std::vector<gnutella::Endpoint> neighbours;
    std::vector<std::filesystem::path> shares;
    std::filesystem::path downloads = ".";
    /// Empty: nothing outlives the process.
    std::filesystem::path state;
    TransferOptions transfers;
    Dialects dialects = all_dialects;
    /// Among Gnutella 0.6 peers.
    gnutella::Role role = gnutella::Role::ultrapeer;
    bool verbose = false;
};

/// gnut search
struct SearchOptions {
    std::string words;
    std::vector<gnutella::Endpoint> peers;
    /// How long answers are waited for.
    std::chrono::milliseconds timeout{5'000};
    Patience patience;
    Dialects dialects = all_dialects;
    Format format = Format::text;
};

/// gnut get
struct GetOptions {
    Target target;
    std::vector<gnutella::Endpoint> peers;
    /// What -o says; nothing: the current folder.
    std::optional<std::string> output;
    /// How long answers are waited for.
    std::chrono::milliseconds timeout{5'000};
    Patience patience;
    TransferOptions transfers;
    Dialects dialects = all_dialects;
    Format format = Format::text;
};

/// gnut ping
struct PingOptions {
    gnutella::Endpoint peer;
    Patience patience;
    Dialects dialects = all_dialects;
    Format format = Format::text;
};

/// gnut browse
struct BrowseOptions {
    gnutella::Endpoint peer;
    Format format = Format::text;
};

/// gnut hash
struct HashOptions {
    enum class Form : std::uint8_t { urn, magnet };
    std::vector<std::filesystem::path> files;
    Form form = Form::urn;
};

/// gnut verify
struct VerifyOptions {
    std::filesystem::path file;
    gnutella::Urn urn;
};

/// --help and --version: there is only something to say.
struct TextWanted {
    std::string text;
};

/// What a command line asks for.
using Command = std::variant<PeerOptions, SearchOptions, GetOptions, PingOptions, BrowseOptions, HashOptions,
                             VerifyOptions, TextWanted>;

}  // namespace gnut
