#pragma once

#include "hash_tree.hpp"
#include "net/download_service.hpp"
#include "net/download_state.hpp"
#include "net/source_dialler.hpp"
#include "transfer/block_map.hpp"
#include "transfer/part_file.hpp"
#include "transfer/prefix_hasher.hpp"
#include "transfer/rate_meter.hpp"
#include "transfer/source_pool.hpp"

#include <gnutella/event.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gnutella::net {

class DownloadRecorder;
class Swarm;

/// The work of one download, a coroutine on a strand of its own: gets the file's Tiger tree, checks what is there
/// already, fetches the rest, and gives the file its name. It can be begun again after a pause.
class DownloadJob {
  public:
    enum class Ending : std::uint8_t {
        ended,   ///< `tell` is to be called when it is in no list any more
        paused,  ///< it can be begun again
    };

    /// @param recorder keeps it in the store; null when it is not to be kept.
    DownloadJob(std::shared_ptr<DownloadService> service, std::shared_ptr<Download::State> state,
                boost::asio::any_io_executor strand, std::shared_ptr<DownloadRecorder> recorder);
    ~DownloadJob();

    const std::shared_ptr<Download::State>& state() const noexcept { return state_; }
    /// Whether it is kept in the store.
    bool is_durable() const noexcept { return recorder_ != nullptr; }

    /// Begins the work. @param ended called on the strand at its end.
    static void start(std::shared_ptr<DownloadJob> self, std::function<void(Ending)> ended);

    /// Makes what is waited for end now; a stop or pause of the state comes before it. From any thread.
    static void interrupt(std::shared_ptr<DownloadJob> self);

    /// Makes it look at what was added to its state. From any thread.
    static void notify(std::shared_ptr<DownloadJob> self);

    /// Ends one that is not running. From any thread.
    /// @param ended called on the strand.
    static void give_up(std::shared_ptr<DownloadJob> self, std::function<void()> ended);

    /// Tells whoever waits how it has ended. On the strand, after `ended` was called.
    void tell();

    /// Tells of the state of one that is not running: waiting or paused. From any thread.
    static void rest(std::shared_ptr<DownloadJob> self);

  private:
    static boost::asio::awaitable<Ending> run(std::shared_ptr<DownloadJob> self);
    boost::asio::awaitable<error_code> download();
    boost::asio::awaitable<error_code> prepare();
    boost::asio::awaitable<error_code> find_tree();
    boost::asio::awaitable<void> look_for_tree(std::uint64_t size, const Urn& named);
    bool believes_another_size(const error_code& error);
    boost::asio::awaitable<error_code> check_blocks();
    // download_job_claims.cpp
    boost::asio::awaitable<std::vector<Hit>> name_sources();
    boost::asio::awaitable<void> find_root();
    bool is_root_to_be_found() const;
    std::optional<Urn> urn_with_root() const;
    boost::asio::awaitable<error_code> refute_root();
    boost::asio::awaitable<error_code> take_over_prefix();
    boost::asio::awaitable<error_code> fetch();
    boost::asio::awaitable<error_code> fetch_blocks();
    boost::asio::awaitable<error_code> fetch_sequence();
    boost::asio::awaitable<error_code> fetch_from(transfer::SourceId source);
    boost::asio::awaitable<error_code> copy_content(const Hit& source);
    boost::asio::awaitable<error_code> hash_rest(std::uint64_t until);
    boost::asio::awaitable<bool> hash_beside();
    boost::asio::awaitable<error_code> finish();
    boost::asio::awaitable<error_code> begin_anew();
    boost::asio::awaitable<void> clean_up(error_code error);
    boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point time);
    error_code open_part(const Hit& first);

    void adopt_new_sources();
    void publish();
    void received(std::size_t bytes, Transport transport);
    void update_progress();
    void report(DownloadState state);
    void report_rest();
    void report_failures();
    void report_failure(const Endpoint& source, const error_code& error, bool struck_off);
    void end(const error_code& error);

    std::shared_ptr<DownloadService> service_;
    std::shared_ptr<Download::State> state_;
    boost::asio::any_io_executor strand_;
    std::shared_ptr<DownloadRecorder> recorder_;
    boost::asio::cancellation_signal signal_;
    bool running_ = false;
    bool interrupted_ = false;

    std::optional<Urn> urn_;
    std::optional<transfer::SourcePool> sources_;
    std::optional<transfer::PartFile> part_;
    std::set<std::pair<transfer::SourceId, std::uint64_t>> asked_for_tree_;  // of a file of that size
    std::optional<HashTree> certain_tree_;  // one that a block has shown to be right; of a file of another size
    int sizes_believed_ = 0;                // one after another
    // What a source said to be the root of the tree, of a file that is known by its SHA-1 alone; and those of others,
    // of which that SHA-1 showed that they are not.
    std::optional<TigerRoot> claimed_root_;
    std::optional<transfer::SourceId> claimant_;
    std::set<transfer::SourceId> asked_for_root_;
    std::vector<TigerRoot> refuted_roots_;
    std::optional<HashTree> tree_;
    std::shared_ptr<const HashTree> shared_tree_;  // the same, for those who serve it
    std::optional<transfer::BlockMap> blocks_;     // with a tree, once it is known what is there
    bool looked_ = false;                          // at what an earlier download left
    transfer::PrefixHasher hasher_;
    Swarm* swarm_ = nullptr;  // while it works
    SourceDialler dialler_;
    boost::asio::steady_timer waiting_;

    DownloadedFile file_;
    DownloadProgress progress_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    transfer::RateMeter meter_{started_};
    std::uint64_t received_ = 0;                    // bytes that came, those thrown away later too
    std::array<std::uint64_t, 2> received_over_{};  // by transport
};

}  // namespace gnutella::net
