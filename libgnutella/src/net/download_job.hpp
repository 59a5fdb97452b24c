#pragma once

#include "net/download_service.hpp"
#include "net/download_state.hpp"
#include "transfer/part_file.hpp"
#include "transfer/rate_meter.hpp"
#include "transfer/source_list.hpp"

#include <gnutella/event.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace gnutella::net {

/// The work of one download, a coroutine on a strand of its own: source after source, until the file is whole and
/// has the right hash.
class DownloadJob {
  public:
    DownloadJob(std::shared_ptr<DownloadService> service, std::shared_ptr<Download::State> state,
                boost::asio::any_io_executor strand);

    const std::shared_ptr<Download::State>& state() const noexcept { return state_; }

    /// Begins the work. @param ended called on the strand at its end.
    static void start(std::shared_ptr<DownloadJob> self, std::function<void()> ended);

    /// Makes what is waited for end now; Download::State::stop() comes before it. From any thread.
    static void interrupt(std::shared_ptr<DownloadJob> self);

    /// Ends one that was never started.
    void give_up(const error_code& error) { end(error); }

  private:
    static boost::asio::awaitable<void> run(std::shared_ptr<DownloadJob> self);
    boost::asio::awaitable<error_code> download();
    boost::asio::awaitable<error_code> prepare();
    boost::asio::awaitable<error_code> hash_existing();
    boost::asio::awaitable<error_code> fetch_all();
    boost::asio::awaitable<error_code> fetch_from(const Hit& source);
    boost::asio::awaitable<error_code> fetch_over_http(const Hit& source);
    boost::asio::awaitable<error_code> finish();
    boost::asio::awaitable<void> back_off(std::size_t failures);
    error_code open_part(const Hit& first);
    error_code write_content(const std::string& content);

    void adopt_new_sources();
    void received(std::size_t bytes);
    void report();
    void end(const error_code& error);

    std::shared_ptr<DownloadService> service_;
    std::shared_ptr<Download::State> state_;
    boost::asio::any_io_executor strand_;
    boost::asio::cancellation_signal signal_;

    std::optional<transfer::SourceList> sources_;
    std::optional<transfer::PartFile> part_;
    DownloadedFile file_;
    DownloadProgress progress_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    transfer::RateMeter meter_{started_};
    std::uint64_t received_ = 0;  // bytes that came, those thrown away later too
};

}  // namespace gnutella::net
