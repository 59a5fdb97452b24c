#pragma once

#include <gnutella/gnutella.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gnutella::test {

/// Far longer than anything here takes: only a test that would never end is ended by it.
inline constexpr std::chrono::seconds patience{20};

/// Waits for a future, but not for ever.
template <class Value>
Value get(std::future<Value> future) {
    if (future.wait_for(patience) != std::future_status::ready) {
        throw std::runtime_error("nothing happened");
    }
    return future.get();
}

/// The error that a future ends with; success when it has a value.
template <class Value>
error_code error_of(std::future<Value> future) {
    try {
        get(std::move(future));
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

/// Waits until it holds, but not for ever.
/// @return whether it does.
template <class Condition>
[[nodiscard]] bool eventually(Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    bool held = holds();
    while (!held && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
        held = holds();
    }
    return held;
}

/// A folder that is gone when the test ends.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "gnutella-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("mkdtemp");
        }
        path_ = std::filesystem::canonical(name);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
    }
    std::string read(const std::string& name) const {
        const std::ifstream file(path_ / name, std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        return std::move(content).str();
    }

  private:
    std::filesystem::path path_;
};

/// Threads that run an io_context as long as the object lives.
class Threads {
  public:
    explicit Threads(int count = 2) : work_(boost::asio::make_work_guard(context_)) {
        for (int started = 0; started < count; ++started) {
            threads_.emplace_back([this] { context_.run(); });
        }
    }
    ~Threads() {
        work_.reset();
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    boost::asio::io_context& context() { return context_; }

  private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

/// Settings for a test: loopback, a free port, quick retries.
inline Settings quick_settings() {
    Settings settings;
    settings.port = 0;
    settings.address = "127.0.0.1";
    settings.retry_interval = std::chrono::milliseconds(20);
    settings.max_retry_interval = std::chrono::milliseconds(100);
    settings.share_settle_time = std::chrono::milliseconds(20);
    settings.query_timeout = std::chrono::milliseconds(20'000);
    return settings;
}

/// The same for a node whose shares do not settle once a file has been written to them: it must first be left alone
/// for so long.
inline Settings never_settled() {
    Settings settings = quick_settings();
    settings.share_settle_time = std::chrono::hours(1);
    return settings;
}

/// Every event of a node, in order. Shared with the handler, which may still run when the node's owner has gone on.
class EventLog {
  public:
    void keep(const Event& event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(event);
        changed_.notify_all();
    }

    /// Waits for an event of that kind of which `holds` is true, among those that came and those to come.
    template <class Kind>
    Kind wait_for(const std::function<bool(const Kind&)>& holds) {
        std::unique_lock lock(mutex_);
        std::size_t seen = 0;
        std::optional<Kind> found;
        const bool came = changed_.wait_for(lock, patience, [&] {
            for (; seen < events_.size() && !found; ++seen) {
                if (const Kind* each = std::get_if<Kind>(&events_[seen]); each != nullptr && holds(*each)) {
                    found = *each;
                }
            }
            return found.has_value();
        });
        if (!came) {
            throw std::runtime_error("the event did not come");
        }
        return *found;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;
};

/// A running Peer with a folder that it shares and one that it downloads to. Every event is kept.
class Node {
  public:
    explicit Node(Threads& threads, Settings settings = quick_settings())
        : peer_(std::make_unique<Peer>(threads.context().get_executor(), with_share(std::move(settings)))),
          subscription_(peer_->subscribe([events = events_](const Event& event) { events->keep(event); })) {}

    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    Node& start() {
        get(peer_->async_start(boost::asio::use_future));
        get(peer_->async_shares_settled(boost::asio::use_future));
        return *this;
    }
    void stop() { get(peer_->async_stop(boost::asio::use_future)); }

    Peer& peer() { return *peer_; }
    Peer* operator->() { return peer_.get(); }
    Endpoint endpoint() const { return {"127.0.0.1", peer_->local_endpoint().port}; }
    const TemporaryFolder& share() const { return share_; }
    const TemporaryFolder& downloads() const { return downloads_; }

    Session connect(const Node& other) { return get(peer_->async_connect(other.endpoint(), boost::asio::use_future)); }
    Status status() { return get(peer_->async_status(boost::asio::use_future)); }

    std::optional<Hit> first_hit(const std::string& text) {
        Query query = peer_->query(text);
        return get(query.async_next(boost::asio::use_future));
    }
    std::vector<Hit> all_hits(QueryRequest request) {
        Query query = peer_->query(std::move(request));
        std::vector<Hit> hits;
        while (auto hit = get(query.async_next(boost::asio::use_future))) {
            hits.push_back(std::move(*hit));
        }
        return hits;
    }

    template <class Kind>
    Kind wait_for(std::function<bool(const Kind&)> holds = [](const Kind&) { return true; }) {
        return events_->wait_for<Kind>(holds);
    }
    /// Until so many sessions have opened since the node was made.
    void wait_for_sessions(std::size_t count) {
        std::size_t opened = 0;
        wait_for<SessionOpened>([&](const SessionOpened&) { return ++opened == count; });
    }

  private:
    Settings with_share(Settings settings) const {
        settings.shares.push_back(share_.path());
        return settings;
    }

    TemporaryFolder share_;
    TemporaryFolder downloads_;
    std::shared_ptr<EventLog> events_ = std::make_shared<EventLog>();
    std::unique_ptr<Peer> peer_;
    Subscription subscription_;
};

}  // namespace gnutella::test
