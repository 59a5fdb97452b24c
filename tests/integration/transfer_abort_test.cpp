#include "node.hpp"
#include "transfer_bench.hpp"

#include <gmock/gmock.h>

#include <malloc.h>

#include <map>

// A thousand downloads that are given up at all moments leave nothing behind: no descriptor, and no memory.

namespace gnutella::test {
namespace {

// How far each download is, for who waits for it; forgotten when it has ended.
class Moments {
  public:
    void keep(const Event& event) {
        const auto* const progress = std::get_if<DownloadProgress>(&event);
        if (progress == nullptr) {
            return;
        }
        const std::scoped_lock lock(mutex_);
        if (progress->ended) {
            latest_.erase(progress->id);
        } else {
            latest_[progress->id] = *progress;
        }
        changed_.notify_all();
    }

    using Reached = bool (*)(const DownloadProgress&);

    /// Waits until the download is that far, or has ended.
    void wait_for(std::uint64_t id, Reached reached) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [&] {
            const auto found = latest_.find(id);
            return found != latest_.end() && reached(found->second);
        });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::uint64_t, DownloadProgress> latest_;
};

std::vector<std::string> open_descriptors() {
    std::vector<std::string> targets;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        targets.push_back(std::filesystem::read_symlink(entry.path(), gone).string());
    }
    return targets;
}

std::size_t allocated() {
    return ::mallinfo2().uordblks;
}

struct Aborts : testing::TestWithParam<Transport> {
    static Settings settings() {
        Settings settings = quick_settings();
        settings.transports = {GetParam()};
        settings.max_downloads = 100;
        return settings;
    }

    // So many, a few at once, each given up at another moment.
    void abort_many(int count) {
        static constexpr std::array<Moments::Reached, 4> moments{
            [](const DownloadProgress&) { return true; },
            [](const DownloadProgress& progress) { return progress.state != DownloadState::waiting; },
            [](const DownloadProgress& progress) { return progress.state == DownloadState::fetching; },
            [](const DownloadProgress& progress) { return progress.verified > 0; },
        };
        for (int started = 0; started < count;) {
            std::vector<Download> downloads;
            for (const auto& folder : folders_) {
                downloads.push_back(client_->download({{hit_}, folder.path(), {}}));
                ++started;
            }
            for (std::size_t at = 0; at < downloads.size(); ++at) {
                moments_.wait_for(downloads[at].id(), moments[at % moments.size()]);
                downloads[at].cancel(Download::Remains::remove);
            }
            for (Download& download : downloads) {
                ASSERT_EQ(error_of(download.async_wait(boost::asio::use_future)),
                          boost::asio::error::operation_aborted);
            }
        }
    }

    // The server's ends close a moment later than ours, and what has closed is known for a while (RFC 9000, 10.2).
    template <class Measure>
    static std::size_t when_quiet(std::size_t most, Measure measure) {
        std::size_t measured = 0;
        static_cast<void>(eventually([&] {
            measured = measure();
            return measured <= most;
        }));
        return measured;
    }
    static std::size_t descriptors_when_quiet(std::size_t most) {
        return when_quiet(most, [] { return open_descriptors().size(); });
    }

    void SetUp() override {
        Settings slow = settings();
        slow.upload_limit = 8'000'000;  // none of them comes to its end
        slow.shares = {shared_.path()};
        slow.max_uploads = 1'000;
        shared_.write("moonlight.bin", content_of(32'000'000));
        server_ = std::make_unique<Peer>(threads_.context().get_executor(), slow);
        client_ = std::make_unique<Peer>(threads_.context().get_executor(), settings());
        subscription_ = client_->subscribe([this](const Event& event) { moments_.keep(event); });
        get(server_->async_start(boost::asio::use_future));
        get(server_->async_shares_settled(boost::asio::use_future));
        get(client_->async_start(boost::asio::use_future));
        const Endpoint to{"127.0.0.1", server_->local_endpoint().port};
        get(client_->async_connect(to, boost::asio::use_future));
        Query query = client_->query("moonlight");
        hit_ = get(query.async_next(boost::asio::use_future)).value();
    }
    void TearDown() override {
        subscription_ = {};
        client_.reset();
        server_.reset();
    }

    Threads threads_;
    Moments moments_;
    TemporaryFolder shared_;
    std::array<TemporaryFolder, 24> folders_;
    std::unique_ptr<Peer> server_;
    std::unique_ptr<Peer> client_;
    Subscription subscription_;
    Hit hit_;
};

TEST_P(Aborts, LeaveNothingBehind) {
    const std::size_t at_first = open_descriptors().size();  // with that of the search, perhaps
    abort_many(200);
    const std::size_t descriptors = descriptors_when_quiet(at_first);
    EXPECT_LE(descriptors, at_first);
    const std::size_t bytes = allocated();  // with what is kept for later use
    abort_many(1'000);
    EXPECT_LE(descriptors_when_quiet(descriptors), descriptors) << testing::PrintToString(open_descriptors());
    constexpr std::size_t a_little = 100'000;  // 100 bytes for each: less than any object that it has
    EXPECT_LE(when_quiet(bytes + a_little, allocated), bytes + a_little);
    for (const auto& folder : folders_) {
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    }
}

INSTANTIATE_TEST_SUITE_P(Over, Aborts, testing::Values(Transport::quic, Transport::http),
                         [](const auto& each) { return each.param == Transport::quic ? "Quic" : "Http"; });

}  // namespace
}  // namespace gnutella::test
