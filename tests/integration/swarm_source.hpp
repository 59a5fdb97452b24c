#pragma once

#include "transfer/available_ranges.hpp"
#include "transfer/dime.hpp"
#include "transfer/thex.hpp"
#include "transfer/thex_description.hpp"
#include "transfer_bench.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace gnutella::test {

/// A source that has a file and its tree, and serves ranges over connections that stay, with the habits that a test
/// gives it. Each connection has a thread.
class SwarmSource {
  public:
    struct Habits {
        /// Bytes a second over each connection; 0: as fast as it goes.
        std::size_t rate = 0;
        /// Falls silent, or closes and serves no more, when it has sent so many bytes.
        std::size_t stalls_after = std::string::npos;
        std::size_t vanishes_after = std::string::npos;
        /// Sends something else.
        bool lies = false;
        /// Sends something else as the tree.
        bool lies_about_tree = false;
        bool has_tree = true;
        /// So many levels above ours its tree ends, as gtk-gnutella's does.
        std::size_t tree_ends_above = 0;
        /// Sends it when it is released, and not before.
        bool keeps_tree_back = false;
        /// The same for what the file is.
        bool keeps_head_back = false;
        /// Says that it will be longer than any tree of the file, and sends nothing of it.
        bool tree_is_too_long = false;
        /// Takes a second request on a connection, and closes it in place of an answer.
        bool answers_once = false;
        /// Has only these bytes, and says so; none: all.
        std::vector<transfer::ByteRange> has = {};
        /// Has all as soon as it has refused a request.
        bool completes_after_refusing = false;
        /// Says this, too, with each piece: whole header lines.
        std::string says = {};
        /// Sends no more than so many bytes for one request, as gtk-gnutella does.
        std::size_t most_at_once = std::string::npos;
        /// Knows the file by its number alone, and not by its hash.
        bool knows_index_alone = false;
        /// Says in X-Thex-URI what the root of the tree is, in place of what the file is.
        bool tells_root = false;
        /// Has no slot for the first so many requests, and says so as PARQ does.
        std::size_t busy_for = 0;
    };
    /// With Habits::knows_index_alone.
    static constexpr std::uint32_t index = 12;

    SwarmSource(const std::string& content, Habits habits) : SwarmSource(content, std::move(habits), hash(content)) {}
    /// One that says that its content is something else.
    SwarmSource(const std::string& content, Habits habits, HashedContent pretended)
        : content_(content),
          habits_(std::move(habits)),
          hashed_(std::move(pretended)),
          acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          port_(acceptor_.local_endpoint().port()),
          listening_([this] { listen(); }) {}
    ~SwarmSource() {
        release();
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        listening_.join();
        {
            const std::scoped_lock lock(mutex_);
            for (const int descriptor : open_) {
                ::shutdown(descriptor, SHUT_RDWR);
            }
        }
        for (std::thread& thread : serving_) {
            thread.join();
        }
    }

    static HashedContent hash(const std::string& content) {
        ContentHasher hasher;
        hasher.update(std::as_bytes(std::span(content)));
        return hasher.finish_with_tree();
    }

    Hit hit() const {
        Hit hit;
        hit.name = "swarm.bin";
        hit.size = content_.size();
        hit.urn = hashed_.urn;
        hit.source = {"127.0.0.1", port_};
        hit.transports = {Transport::http};
        return hit;
    }
    std::size_t sent() const { return sent_; }
    /// Requests for bytes that it has not got.
    std::size_t refusals() const { return refusals_; }
    /// What was said in that header of each request for the file; empty where nothing was.
    std::vector<std::string> said(const std::string& field) const {
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> values;
        for (const std::string& request : requests_) {
            const std::size_t at = request.find("\r\n" + field + ": ");
            const std::size_t value = at + field.size() + 4;
            values.push_back(at == std::string::npos ? "" : request.substr(value, request.find("\r\n", value) - value));
        }
        return values;
    }
    std::size_t connections() const { return connections_; }
    std::size_t trees_sent() const { return trees_sent_; }
    /// For ranges of the file.
    std::size_t requests() const { return range_requests_; }

    void wait_for_request() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return !requests_.empty(); }));
    }
    /// For the tree, or for what the file is, which it keeps back.
    void wait_for_request_that_is_kept_back() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return keeps_back_; }));
    }

    /// Lets one that has fallen silent go on.
    void release() {
        const std::scoped_lock lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

  private:
    void listen() {
        for (;;) {
            error_code error;
            Tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) {
                return;
            }
            if (sent_ >= habits_.vanishes_after) {
                continue;
            }
            ++connections_;
            bound_waits(socket);
            const std::scoped_lock lock(mutex_);
            open_.insert(socket.native_handle());
            serving_.emplace_back([this, socket = std::move(socket)]() mutable { serve(socket); });
        }
    }

    void serve(Tcp::socket& socket) {
        std::string input;
        std::size_t requests = 0;
        for (bool goes_on = true; goes_on;) {
            error_code error;
            const std::size_t size =
                boost::asio::read_until(socket, boost::asio::dynamic_buffer(input), "\r\n\r\n", error);
            if (error) {
                break;
            }
            const std::string request = input.substr(0, size);
            input.erase(0, size);
            if (++requests > 1 && habits_.answers_once) {
                break;
            }
            if (request.starts_with("HEAD ")) {
                if (habits_.keeps_head_back) {
                    keep_back();
                }
                send_head(socket);
                continue;
            }
            goes_on = ScriptedSource::is_for_tree(request) ? send_tree(socket) : send_range(socket, request);
        }
        const std::scoped_lock lock(mutex_);
        open_.erase(socket.native_handle());
        error_code ignored;
        socket.close(ignored);
    }

    void wait_for_release() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [this] { return released_; });
    }
    void keep_back() {
        {
            const std::scoped_lock lock(mutex_);
            keeps_back_ = true;
            changed_.notify_all();
        }
        wait_for_release();
    }

    bool is_partial() const { return !habits_.has.empty() && !(habits_.completes_after_refusing && refusals_ > 0); }
    std::string available() const {
        return "X-Available-Ranges: " + transfer::available_ranges_text(habits_.has) + "\r\n";
    }

    void send_head(Tcp::socket& socket) const {
        if (is_partial()) {
            ScriptedSource::send(socket,
                                 "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n" + available() + "\r\n");
            return;
        }
        const std::string root = Urn(*hashed_.urn.tiger()).to_string();
        const std::string claim = habits_.tells_root ? "X-Thex-URI: /uri-res/N2X?x;" + root.substr(root.rfind(':') + 1)
                                                     : "X-Gnutella-Content-URN: " + hashed_.urn.sha1_string();
        ScriptedSource::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content_.size()) + "\r\n" +
                                         claim + "\r\n\r\n");
    }

    std::string tree_message() const {
        auto levels = hashed_.tree.levels();
        levels.resize(levels.size() - std::min(levels.size() - 1, habits_.tree_ends_above));
        std::string nodes;
        for (const auto& level : levels) {
            nodes.append(reinterpret_cast<const char*>(level.data()), level.size() * sizeof(TigerRoot));
        }
        const std::string xml = transfer::write_thex_description(content_.size(), levels.size() - 1, "uuid:1");
        const std::array records{transfer::DimeRecord{transfer::DimeTypeFormat::media_type, "text/xml", "", xml},
                                 transfer::DimeRecord{transfer::DimeTypeFormat::uri,
                                                      std::string(transfer::breadth_first_tree), "uuid:1", nodes}};
        return transfer::write_dime(records);
    }

    bool send_tree(Tcp::socket& socket) {
        if (habits_.keeps_tree_back) {
            keep_back();
        }
        if (!habits_.has_tree) {
            ScriptedSource::send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        if (habits_.tree_is_too_long) {
            ScriptedSource::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            return true;
        }
        std::string body = tree_message();
        if (habits_.lies_about_tree) {
            body.back() = static_cast<char>(body.back() ^ 1);
            body[body.size() - 30] = static_cast<char>(body[body.size() - 30] ^ 1);
        }
        ++trees_sent_;
        ScriptedSource::send(socket,
                             "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return true;
    }

    bool send_range(Tcp::socket& socket, const std::string& request) {
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request);
            changed_.notify_all();
        }
        ++range_requests_;
        const bool by_index = request.starts_with("GET /get/" + std::to_string(index) + "/swarm.bin HTTP/1.1\r\n");
        if (habits_.knows_index_alone && !by_index) {
            ScriptedSource::send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        if (range_requests_ <= habits_.busy_for) {
            ScriptedSource::send(socket,
                                 "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
                                 "X-Queue: position=1, length=1, limit=1, pollMin=1, pollMax=60\r\n\r\n");
            return true;
        }
        const std::size_t at = request.find("bytes=") + 6;
        const std::size_t first = std::stoull(request.substr(at));
        std::size_t last = std::stoull(request.substr(request.find('-', at) + 1));
        if (first >= content_.size()) {
            ScriptedSource::send(socket,
                                 "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nContent-Range: "
                                 "bytes */" +
                                     std::to_string(content_.size()) + "\r\n\r\n");
            return true;
        }
        last = std::min(last, content_.size() - 1);
        if (last - first >= habits_.most_at_once) {
            last = first + habits_.most_at_once - 1;
        }
        std::string besides = habits_.says;
        if (is_partial()) {
            besides += available();
            const auto part = transfer::available_part({first, last - first + 1}, habits_.has);
            if (!part) {
                ++refusals_;
                ScriptedSource::send(socket,
                                     "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n" + besides + "\r\n");
                return true;
            }
            last = first + part->length - 1;
        }
        std::string answer = ScriptedSource::partial_content(content_, first, last - first + 1);
        answer.insert(answer.find("\r\n") + 2, besides);
        const std::size_t head = answer.find("\r\n\r\n") + 4;
        ScriptedSource::send(socket, answer.substr(0, head));
        constexpr std::size_t piece = 16 * 1024;
        auto due = std::chrono::steady_clock::now();
        for (std::size_t sent = head; sent < answer.size(); sent += piece) {
            if (sent_ >= habits_.vanishes_after) {
                return false;
            }
            if (sent_ >= habits_.stalls_after) {
                wait_for_release();
            }
            std::string bytes = answer.substr(sent, piece);
            if (habits_.lies) {
                bytes[0] = static_cast<char>(bytes[0] ^ 1);
            }
            sent_ += bytes.size();  // before it is there: who has it may ask for the sum at once
            error_code error;
            boost::asio::write(socket, boost::asio::buffer(bytes), error);
            if (error) {
                sent_ -= bytes.size();
                return false;
            }
            if (habits_.rate > 0) {
                due += std::chrono::microseconds(bytes.size() * 1'000'000 / habits_.rate);
                std::this_thread::sleep_until(due);
            }
        }
        return true;
    }

    const std::string& content_;
    const Habits habits_;
    const HashedContent hashed_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_;
    const std::uint16_t port_;
    std::atomic<std::size_t> sent_{0};
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::size_t> trees_sent_{0};
    std::atomic<std::size_t> refusals_{0};
    mutable std::mutex mutex_;
    std::atomic<std::size_t> range_requests_{0};
    std::condition_variable changed_;
    bool released_ = false;
    bool keeps_back_ = false;
    std::vector<std::string> requests_;
    std::set<int> open_;
    std::vector<std::thread> serving_;
    std::thread listening_;
};

}  // namespace gnutella::test
