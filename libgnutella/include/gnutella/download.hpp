#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/event.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <boost/asio/async_result.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnutella {

/// What to fetch, from whom, and where to put it.
struct DownloadRequest {
    /// Peers that have the file. All must be hits for the same file. A file with a Tiger tree root in its Urn is
    /// fetched from many of them at once, and checked block by block; one without from one after another.
    std::vector<Hit> sources;
    /// The folder that it goes to; made when it is not there.
    std::filesystem::path folder;
    /// The name that it gets there. Empty: that of the first source, made safe.
    std::string name;
    /// What to do when a file of that name is there already.
    enum class WhenThere : std::uint8_t {
        choose_another,  ///< "name (1).txt", "name (2).txt" ...
        fail,            ///< Error::file_exists
    };
    /// What to do in that case.
    WhenThere when_there = WhenThere::choose_another;
    /// How long a download is remembered.
    enum class Lifetime : std::uint8_t {
        process,  ///< until the Peer is stopped or destroyed
        durable,  ///< until it is complete or cancelled: kept in Settings::state_folder, and begun again when a Peer
                  ///< with that folder starts; when it cannot be kept, or there is no such folder, a
                  ///< Trouble says so, and it goes on
    };
    /// How long this one is.
    Lifetime lifetime = Lifetime::process;

    /// From nobody yet.
    DownloadRequest() = default;
    // A constructor for the reason that Endpoint has one.
    /// From these, to that folder, under that name or, when it is empty, that of the first source.
    DownloadRequest(std::vector<Hit> hits, std::filesystem::path place, std::string called = {},
                    WhenThere there = WhenThere::choose_another, Lifetime remembered = Lifetime::process) noexcept
        : sources(std::move(hits)),
          folder(std::move(place)),
          name(std::move(called)),
          when_there(there),
          lifetime(remembered) {}
    /// The same from one peer.
    DownloadRequest(const Hit& hit, std::filesystem::path place, std::string called = {},
                    WhenThere there = WhenThere::choose_another, Lifetime remembered = Lifetime::process)
        : DownloadRequest(std::vector<Hit>(1, hit), std::move(place), std::move(called), there, remembered) {}
};

/// What became of a file's hash.
enum class Verification : std::uint8_t {
    verified,      ///< the content has the hash that its hit named
    unverifiable,  ///< a legacy peer's file: nobody named a hash
};

/// A file that has arrived.
struct DownloadedFile {
    /// Where it is.
    std::filesystem::path path;
    /// Its size.
    std::uint64_t bytes = 0;
    /// Bytes of these that an earlier, interrupted download had left.
    std::uint64_t resumed = 0;
    /// Time since it was asked for, or since this process went on with it.
    std::chrono::duration<double> seconds{0};
    /// What it is: computed from its content, so also known for a legacy peer's file.
    std::optional<Urn> urn;
    /// Whether its content was compared with what the hit named.
    Verification verification = Verification::unverifiable;
    /// How it came; nullopt when it was in the hit itself.
    std::optional<Transport> transport;
    /// Those that bytes came from.
    std::vector<Endpoint> sources;
};

/// One file on its way here. It is written under a hidden name (".NAME.HASH.part") beside its final one, gets that name
/// only when it is whole and its hash is right, and never overwrites another file. What an interrupted download has
/// left is used by the next one for the same file and folder. When a durable one for these is there already, it is the
/// one that goes on: the request adds its sources to it. A handle: copies name the same download, which goes on when
/// they are destroyed. Its functions may be called from any thread. docs/transfers.md says what happens inside.
class Download {
  public:
    /// Names no download.
    Download() = default;

    /// Its name within its Peer, as in DownloadProgress::id; 0 for no download.
    std::uint64_t id() const noexcept;

    /// How far it is, as of its last event.
    DownloadProgress progress() const;

    /// Adds a peer that has the same file: it is asked at once when there is something left to ask it for.
    void add_source(Hit hit);

    /// Stops asking for more until resume() is called; a durable one stays paused when the Peer starts again. Who waits
    /// for it goes on waiting.
    void pause();

    /// Goes on after pause(), when its turn comes.
    void resume();

    /// Waits for the end. Errors: Error::no_source, no_transport, source_*, size_mismatch, hash_mismatch,
    /// file_exists, bad_file_name, file_changed (somebody removed the part), disk_full, disk, download_active, stopped;
    /// boost::asio::error::operation_aborted after cancel(). After all of these but hash_mismatch what was
    /// verified is kept. A durable one that ends because of its sources or the disk is begun again when a Peer starts.
    /// Cancelling the call leaves the download as it is.
    /// Signature: void(error_code, DownloadedFile).
    template <class CompletionToken>
    auto async_wait(CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, DownloadedFile)>(
            [state = state_](auto handler) {
                start_wait(state, {std::move(handler), executor_of(state)}, OnCancel::leave);
            },
            token);
    }

    /// What becomes of the bytes of a cancelled download.
    enum class Remains : std::uint8_t {
        keep,    ///< they are kept for a later download of the same file
        remove,  ///< they are removed
    };

    /// Stops it; a durable one is forgotten.
    void cancel(Remains remains = Remains::keep);

    /// Inside: what the handle refers to.
    struct State;
    /// Inside: Peer::download makes it.
    explicit Download(std::shared_ptr<State> state) : state_(std::move(state)) {}

  private:
    friend class Peer;
    enum class OnCancel : std::uint8_t { leave, cancel_download };
    static void start_wait(const std::shared_ptr<State>& state, detail::Completion<error_code, DownloadedFile> done,
                           OnCancel on_cancel);
    static boost::asio::any_io_executor executor_of(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace gnutella
