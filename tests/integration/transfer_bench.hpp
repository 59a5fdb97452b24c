#pragma once

#include "content_hasher.hpp"
#include "net/address.hpp"
#include "net/disk_pool.hpp"
#include "net/downloads.hpp"
#include "net/http_server.hpp"
#include "net/transfer_counters.hpp"
#include "node.hpp"
#include "store/store.hpp"
#include "test_catalogue.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gnutella::test {

inline constexpr std::size_t megabyte = 1'000'000;
/// More than all the buffers between two sockets.
inline constexpr std::size_t large = 32 * 1024 * 1024;

using Tcp = boost::asio::ip::tcp;

inline HashedContent hashed(const std::string& content) {
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(content)));
    return hasher.finish_with_tree();
}

inline Urn urn_of(const std::string& content) {
    return hashed(content).urn;
}

/// Content of which no two pieces are alike.
inline std::string content_of(std::size_t size) {
    std::string content(size, '\0');
    std::uint64_t state = 12345;
    for (std::size_t at = 0; at < size; at += sizeof state) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const std::uint64_t letters = state ^ (state >> 29);
        std::memcpy(content.data() + at, &letters, std::min(sizeof letters, size - at));
    }
    return content;
}

/// Bounds every wait of a blocking socket, so that a test that fails ends.
inline void bound_waits(Tcp::socket& socket) {
    const timeval limit{patience.count(), 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// A serving half of a node: listens on a free port of loopback and hands each connection over as the listener does,
/// with the first bytes read already.
class TestServer {
  public:
    explicit TestServer(Threads& threads, Settings settings = quick_settings())
        : executor_(threads.context().get_executor()),
          disk_(2),
          server_(executor_, disk_, settings, catalogue_, counters_,
                  [log = events_](const Event& event) { log->keep(event); }),
          acceptor_(boost::asio::make_strand(executor_), {boost::asio::ip::address_v4::loopback(), 0}),
          port_(acceptor_.local_endpoint().port()) {
        accept();
    }
    ~TestServer() {
        server_.stop();
        std::promise<void> closed;
        boost::asio::post(acceptor_.get_executor(), [&] {
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            closed.set_value();
        });
        get(closed.get_future());
        get(ended_.get_future());
    }

    Hit share(const std::string& name, const std::string& content) {
        folder_.write(name, content);
        return hit_for(catalogue_->add(folder_.path() / name, hashed(content)));
    }
    Hit hit_for(const SharedFile& file) const {
        Hit hit;
        hit.name = file.name;
        hit.size = file.size;
        hit.urn = file.urn;
        hit.source = endpoint();
        hit.transports = {Transport::http};
        return hit;
    }

    Endpoint endpoint() const { return {"127.0.0.1", port_}; }
    std::string url_of(const Hit& hit) const {
        return "http://" + endpoint().to_string() + "/uri-res/N2R?" + hit.urn->sha1_string();
    }
    const TemporaryFolder& folder() const { return folder_; }
    net::HttpServer& server() { return server_; }
    net::TransferCounters& counters() { return *counters_; }
    EventLog& events() { return *events_; }
    TestCatalogue& catalogue() { return *catalogue_; }

    UploadProgress end_of_upload() {
        return events_->wait_for<UploadProgress>([](const UploadProgress& progress) { return progress.ended; });
    }

  private:
    void accept() {
        acceptor_.async_accept(executor_, [this](const error_code& error, Tcp::socket socket) {
            if (error) {
                ended_.set_value();
                return;
            }
            bound_waits(socket);
            std::string first(1, '\0');
            error_code ignored;
            const std::size_t count = boost::asio::read(socket, boost::asio::buffer(first), ignored);
            first.resize(count);
            error_code gone;
            const auto remote = net::to_endpoint(socket.remote_endpoint(gone));
            server_.serve(std::move(socket), std::move(first), remote);
            accept();
        });
    }

    boost::asio::any_io_executor executor_;
    TemporaryFolder folder_;
    std::shared_ptr<EventLog> events_ = std::make_shared<EventLog>();
    std::shared_ptr<TestCatalogue> catalogue_ = std::make_shared<TestCatalogue>();
    std::shared_ptr<net::TransferCounters> counters_ = std::make_shared<net::TransferCounters>();
    net::DiskPool disk_;
    net::HttpServer server_;
    Tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::promise<void> ended_;
};

/// A fetching half of a node.
class TestDownloads {
  public:
    explicit TestDownloads(Threads& threads, Settings settings = quick_settings(),
                           transfer::FileWriter& writer = transfer::FileWriter::system())
        : alternates_(std::make_shared<net::Alternates>(settings.max_alternate_locations, counters_)),
          disk_(2),
          downloads_(
              threads.context().get_executor(), disk_, settings, counters_, alternates_,
              [log = events_](const Event& event) { log->keep(event); }, writer) {}
    ~TestDownloads() { stop(); }

    void stop() {
        auto stopped = std::make_shared<std::promise<void>>();
        downloads_.stop([stopped] { stopped->set_value(); });
        get(stopped->get_future());
    }

    Download start(DownloadRequest request) { return Download(downloads_.start(std::move(request))); }
    Download start(std::vector<Hit> sources) { return start(DownloadRequest{std::move(sources), folder_.path(), {}}); }

    DownloadedFile fetch(std::vector<Hit> sources) { return fetch(start(std::move(sources))); }
    DownloadedFile fetch(Download download) { return get(download.async_wait(boost::asio::use_future)); }
    error_code error_of_fetching(std::vector<Hit> sources) {
        return error_of(start(std::move(sources)).async_wait(boost::asio::use_future));
    }

    std::uint64_t wait_for_verified(std::uint64_t bytes) {
        return events_
            ->wait_for<DownloadProgress>([=](const DownloadProgress& progress) { return progress.verified >= bytes; })
            .verified;
    }
    DownloadProgress wait_for_end() {
        return events_->wait_for<DownloadProgress>([](const DownloadProgress& progress) { return progress.ended; });
    }
    /// Pauses a download, and waits until it rests.
    void pause(Download& download) {
        download.pause();
        events_->wait_for<DownloadProgress>(
            [](const DownloadProgress& progress) { return progress.state == DownloadState::paused; });
    }
    /// Begins a download and pauses it when so many bytes are verified.
    void begin_and_pause(DownloadRequest request, std::uint64_t verified) {
        Download download = start(std::move(request));
        wait_for_verified(verified);
        pause(download);
    }
    /// Goes on with those that are kept there.
    void restore(const TemporaryFolder& state) {
        error_code error;
        downloads_.restore(store::Store::open(state.path(), error));
        ASSERT_FALSE(error);
    }
    /// The only one there is, of which nothing makes an end before it is asked for.
    Download only_one() {
        const auto all = downloads_.list();
        EXPECT_EQ(all.size(), 1U);
        return Download(all.at(0));
    }

    /// What was told of a source that failed: the first time, or when it was struck off.
    SourceFailed failure_of(const Hit& source, bool struck_off = true) {
        return events_->wait_for<SourceFailed>([&](const SourceFailed& failed) {
            return failed.source == source.source && failed.struck_off == struck_off;
        });
    }

    /// The names of all files there are, hidden ones too.
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            names.push_back(entry.path().filename());
        }
        return names;
    }
    std::optional<std::filesystem::path> part() const {
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            if (entry.path().extension() == ".part") {
                return entry.path();
            }
        }
        return std::nullopt;
    }

    const TemporaryFolder& folder() const { return folder_; }
    net::Downloads& downloads() { return downloads_; }
    net::Alternates& alternates() { return *alternates_; }
    net::TransferCounters& counters() { return *counters_; }
    EventLog& events() { return *events_; }

  private:
    TemporaryFolder folder_;
    std::shared_ptr<EventLog> events_ = std::make_shared<EventLog>();
    std::shared_ptr<net::TransferCounters> counters_ = std::make_shared<net::TransferCounters>();
    std::shared_ptr<net::Alternates> alternates_;
    net::DiskPool disk_;
    net::Downloads downloads_;
};

/// A client that sends what a test wants, by a blocking socket.
class RawClient {
  public:
    /// @param from an address of loopback: to the server, each is somebody else.
    explicit RawClient(const Endpoint& to, const std::string& from = "127.0.0.1") : socket_(context_) {
        socket_.open(Tcp::v4());
        socket_.bind({boost::asio::ip::make_address(from), 0});
        socket_.connect({boost::asio::ip::address_v4::loopback(), to.port});
        bound_waits(socket_);
    }

    struct Response {
        int status = 0;
        std::string head;
        std::string body;

        std::string field(const std::string& name) const {
            const std::size_t at = head.find("\r\n" + name + ": ");
            if (at == std::string::npos) {
                return {};
            }
            const std::size_t value = at + name.size() + 4;
            return head.substr(value, head.find("\r\n", value) - value);
        }
    };

    void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    enum class Body { follows, none };

    /// A whole response; with status 0 when the connection ends before its head does.
    Response receive(Body body = Body::follows) {
        Response response;
        error_code error;
        const std::size_t size =
            boost::asio::read_until(socket_, boost::asio::dynamic_buffer(input_), "\r\n\r\n", error);
        if (error) {
            return response;
        }
        response.head = input_.substr(0, size);
        input_.erase(0, size);
        response.status = std::stoi(response.head.substr(9, 3));
        const std::size_t length = body == Body::none ? 0 : std::stoull(response.field("Content-Length"));
        response.body = input_.substr(0, length);
        input_.erase(0, length);
        const std::size_t already = response.body.size();
        response.body.resize(length);
        const auto rest = boost::asio::buffer(response.body.data() + already, length - already);
        response.body.resize(already + boost::asio::read(socket_, rest, error));
        return response;
    }

    Response get(const std::string& target, const std::string& fields = {}) {
        send("GET " + target + " HTTP/1.1\r\nHost: here\r\n" + fields + "\r\n");
        return receive();
    }

    /// Whether the far end has closed: nothing comes but its end.
    bool is_closed() {
        char byte = 0;
        error_code error;
        const std::size_t count = input_.empty() ? socket_.read_some(boost::asio::buffer(&byte, 1), error) : 1;
        return count == 0 && (error == boost::asio::error::eof || error == boost::asio::error::connection_reset);
    }

    Tcp::socket& socket() { return socket_; }

  private:
    boost::asio::io_context context_;
    Tcp::socket socket_;
    std::string input_;
};

/// A source that has no tree, does to each connection on which the file is asked for what a test wants, and counts
/// these. The script gets the head of the first request; the connection is closed when it returns.
class ScriptedSource {
  public:
    using Script = std::function<void(Tcp::socket& socket, const std::string& request)>;

    explicit ScriptedSource(Script script)
        : script_(std::move(script)), acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedSource() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
    }

    Hit hit_for(const std::string& content) const { return hit_for(content.size(), urn_of(content)); }
    Hit hit_for(std::uint64_t size, const Urn& urn) const {
        Hit hit;
        hit.name = "scripted.bin";
        hit.size = size;
        hit.urn = urn;
        hit.source = {"127.0.0.1", port_};
        hit.transports = {Transport::http};
        return hit;
    }
    int connections() const { return connections_; }

    static bool is_for_tree(const std::string& request) { return request.find("/uri-res/N2X?") != std::string::npos; }
    static std::string read_head(Tcp::socket& socket) {
        std::string head;
        error_code ignored;
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n", ignored);
        return head;
    }
    /// Sends as much as the far end takes.
    static void send(Tcp::socket& socket, const std::string& bytes) {
        error_code ignored;
        boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
    }
    /// Returns when the far end has closed.
    static void wait_for_end(Tcp::socket& socket) {
        std::string rest;
        error_code ignored;
        boost::asio::read(socket, boost::asio::dynamic_buffer(rest), ignored);
    }
    static std::uint64_t first_byte_asked(const std::string& request) {
        return std::stoull(request.substr(request.find("bytes=") + 6));
    }
    /// The answer of an honest server, whose head and body may be cut off anywhere.
    static std::string partial_content(const std::string& content, std::uint64_t first, std::uint64_t length) {
        return "HTTP/1.1 206 Partial Content\r\nContent-Length: " + std::to_string(length) +
               "\r\nContent-Range: bytes " + std::to_string(first) + "-" + std::to_string(first + length - 1) + "/" +
               std::to_string(content.size()) + "\r\n\r\n" + content.substr(first, length);
    }

  private:
    void serve() {
        for (;;) {
            error_code error;
            Tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) {
                return;
            }
            bound_waits(socket);
            const std::string head = read_head(socket);
            if (head.empty()) {
                continue;  // others were faster, and nothing is asked of this one any more
            }
            if (is_for_tree(head)) {
                send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                continue;
            }
            ++connections_;
            script_(socket, head);
        }
    }

    Script script_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::thread thread_;
};

}  // namespace gnutella::test
