#pragma once

#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/session_info.hpp>
#include <gnutella/urn.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace gnutella {

/// A session is open: PING and PONG, or the headers of a handshake, have been exchanged.
struct SessionOpened {
    /// Which, and with whom.
    SessionInfo session;
};

/// A session that was open has ended.
struct SessionClosed {
    /// As it was when it opened.
    SessionInfo session;
    /// Error::left after a BYE; else what went wrong.
    error_code reason;
    /// What the far end's BYE gave as its reason; often empty.
    std::string text;
};

/// A neighbour that was to be joined could not be; it is tried again by itself.
struct JoinFailed {
    /// As it was given to Peer::join or Settings::neighbours.
    Endpoint neighbour;
    /// One of the errors of Peer::async_connect.
    error_code reason;
    /// What the far end gave as its reason, such as "503 Too many leaves"; often empty.
    std::string text{};
};

/// A Peer::async_connect has failed. Comes before its completion, and says more: what the far end gave as its reason.
struct ConnectFailed {
    /// As it was given to Peer::async_connect.
    Endpoint peer;
    /// The error that the call gives.
    error_code reason;
    /// As in JoinFailed.
    std::string text{};
};

/// Somebody's query came by and was handled (each id once).
struct QuerySeen {
    /// The query's id.
    Guid id;
    /// The session that it came over.
    SessionId from = 0;
    /// What is searched for, as it was sent.
    std::string text;
    /// How many of our files answered.
    std::size_t answered = 0;
    /// To how many neighbours it was sent on.
    std::size_t forwarded = 0;
    /// The hash of what is searched for, when it is searched for by its hash. The text then need not say anything.
    std::optional<Urn> urn;
};

/// A hit for one of our own queries.
struct HitReceived {
    /// Query::id() of the query.
    Guid query;
    /// What it is given.
    Hit hit;
};

/// How far an upload is. Sent when it begins, once a second while it goes on, and when it ends.
struct UploadProgress {
    /// Names the upload within its Peer; never used twice.
    std::uint64_t id = 0;
    /// The file's name.
    std::string name;
    /// Who fetches: a numeric address.
    Endpoint to;
    /// Bytes sent of those asked for.
    std::uint64_t sent = 0;
    /// Bytes asked for: the file, or a range of it.
    std::uint64_t size = 0;
    /// Bytes a second, over the last seconds.
    double rate = 0;
    /// Whether this is its last event.
    bool ended = false;
    /// Why it ended early; success when it is under way or complete. Errors: Error::downloader_closed,
    /// downloader_idle, file_changed, file_unreadable, stopped.
    error_code error;
};

/// What a download is doing.
enum class DownloadState : std::uint8_t {
    waiting,     ///< for its turn, or for a source that can be asked only later
    connecting,  ///< it asks its sources, and none has sent anything yet
    fetching,    ///< bytes come
    verifying,   ///< it checks what an earlier download left, or the whole at the end
    paused,      ///< Download::pause() was called
    ended,       ///< complete, failed, or cancelled
};

/// How far a download is. Sent when it begins, several times a second while it goes on, when it is paused, and when it
/// ends.
struct DownloadProgress {
    /// Download::id().
    std::uint64_t id = 0;
    /// The name that the file is to get.
    std::string name;
    /// What it is doing.
    DownloadState state = DownloadState::waiting;
    /// Bytes on disk.
    std::uint64_t received = 0;
    /// Bytes that the file has, as far as that is known; 0 before.
    std::uint64_t size = 0;
    /// Bytes of these that were checked against the file's Tiger tree and are kept whatever happens; 0 until the end
    /// where no source has the tree.
    std::uint64_t verified = 0;
    /// Bytes of these that an earlier, interrupted download had left.
    std::uint64_t resumed = 0;
    /// Sources that are asked at this moment.
    std::size_t sources = 0;
    /// How most of it has come; nullopt before anything has.
    std::optional<Transport> transport;
    /// Bytes a second, over the last seconds.
    double rate = 0;
    /// Whether this is its last event.
    bool ended = false;
    /// Why it failed; success when it is under way or complete.
    error_code error;

    /// How long it will take at this rate; nullopt when nobody can say.
    std::optional<std::chrono::seconds> time_left() const noexcept {
        if (ended || rate < 1 || received > size) {
            return std::nullopt;
        }
        const double seconds = static_cast<double>(size - received) / rate;
        constexpr double longest = 1e9;
        return seconds > longest ? std::nullopt
                                 : std::optional(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
    }
};

/// A source of a download could not be reached, or did not send what it was asked for: nothing of it is kept that was
/// not right. The download goes on with others, where there are any.
struct SourceFailed {
    /// DownloadProgress::id.
    std::uint64_t download = 0;
    /// DownloadProgress::name.
    std::string name;
    /// Where the source listens.
    Endpoint source;
    /// What was wrong, such as Error::source_lied, source_timed_out, wrong_key, size_mismatch.
    error_code error;
    /// This download asks it no more; else it is asked again later, Settings::source_retries times.
    bool struck_off = false;
};

/// A shared folder has been read, or read again after a change, and all of its files are hashed.
struct ShareRead {
    /// Its canonical path.
    std::filesystem::path folder;
    /// How many files of it are shared.
    std::uint64_t files = 0;
    /// Bytes that these have together.
    std::uint64_t bytes = 0;
};

/// Something a person may want to act on, that is no result of a call. A shared folder that cannot be read. A state
/// folder that cannot be written (Error::state_full, Error::state_unusable): told once, and again only when writing has
/// failed anew after it went well for a while. A durable download that would not outlive the process, and goes on until
/// then (Error::download_not_kept, Error::too_many_durable).
struct Trouble {
    /// What it is; its message() says what to do.
    error_code error;
    /// The path, peer or file concerned.
    std::string subject;
    /// The Download::id() of the download concerned; 0 when none is.
    std::uint64_t download = 0;
};

/// What a program can watch.
using Event = std::variant<SessionOpened, SessionClosed, JoinFailed, ConnectFailed, QuerySeen, HitReceived,
                           UploadProgress, DownloadProgress, SourceFailed, ShareRead, Trouble>;

/// Called on the Peer's strand, one event at a time: it must be quick and must not block. It may call any function of
/// the Peer, whose effects come after it returns. What it throws is thrown out of the run() of the executor, as always
/// with Asio, by a task that comes later: the other handlers get the event, and when run() is called again the Peer
/// goes on as if nothing had been thrown.
using EventHandler = std::function<void(const Event&)>;

}  // namespace gnutella
