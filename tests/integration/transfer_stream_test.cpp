#include "transfer_bench.hpp"

#include "net/http_connection.hpp"
#include "net/http_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>

// The exchange over a stream that is no socket, as QUIC's and TLS's are: there the file passes through a buffer.

namespace gnutella::test {
namespace {

// A socket that shows no more of itself than a stream.
class PlainStream {
  public:
    using executor_type = boost::asio::any_io_executor;

    explicit PlainStream(Tcp::socket socket) : socket_(std::move(socket)) {}

    executor_type get_executor() { return socket_.get_executor(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return socket_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return socket_.async_write_some(buffers, std::forward<Token>(token));
    }

    friend void abort_stream(PlainStream& stream) { net::abort_stream(stream.socket_); }
    friend boost::asio::awaitable<void> end_stream(PlainStream& stream) { return net::end_stream(stream.socket_); }

  private:
    Tcp::socket socket_;
};

struct StreamTest : testing::Test {
    // Before the threads, which may still end a connection when the test ends.
    TemporaryFolder folder;
    net::DiskPool disk{2};
    std::shared_ptr<TestCatalogue> catalogue = std::make_shared<TestCatalogue>();
    std::shared_ptr<EventLog> events = std::make_shared<EventLog>();
    Threads threads;
    const std::string content = content_of(3'000'000);

    std::shared_ptr<net::HttpService> service(const Settings& settings) const {
        return std::make_shared<net::HttpService>(disk.queue(), settings, catalogue,
                                                  std::make_shared<net::TransferCounters>(),
                                                  [log = events](const Event& event) { log->keep(event); });
    }

    // A client whose connection is served as a stream.
    std::unique_ptr<RawClient> connect(const Settings& settings = quick_settings()) {
        const auto strand = boost::asio::make_strand(threads.context());
        Tcp::acceptor acceptor(threads.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        auto client = std::make_unique<RawClient>(Endpoint{"127.0.0.1", acceptor.local_endpoint().port()});
        PlainStream stream(acceptor.accept(strand));
        using Connection = net::HttpConnection<PlainStream>;
        auto connection = std::make_shared<Connection>(std::move(stream), service(settings), std::string_view{},
                                                       Endpoint{"127.0.0.1", 1});
        boost::asio::co_spawn(strand, Connection::run(std::move(connection)), boost::asio::detached);
        return client;
    }

    std::string share(const std::string& name) {
        folder.write(name, content);
        const SharedFile file = catalogue->add(folder.path() / name, urn_of(content));
        return "/uri-res/N2R?" + file.urn.sha1_string();
    }
};

TEST_F(StreamTest, ServesFilesAndRanges) {
    const std::string target = share("file.bin");
    const auto client = connect();
    EXPECT_EQ(client->get(target).body, content);
    EXPECT_EQ(client->get(target, "Range: bytes=5-1000000\r\n").body, content.substr(5, 999'996));
    EXPECT_EQ(client->get("/nothing").status, 404);
    EXPECT_EQ(client->get(target, "Connection: close\r\nRange: bytes=-1\r\n").body, content.substr(content.size() - 1));
    EXPECT_TRUE(client->is_closed());
}

TEST_F(StreamTest, KeepsToTheUploadLimit) {
    const std::string target = share("file.bin");
    Settings settings = quick_settings();
    settings.upload_limit = 3'000'000;
    // Never faster. A busy machine may be slower now and then, but not each time.
    double fastest = 0;
    for (int attempt = 0; attempt < 5 && (attempt == 0 || fastest > 1.1); ++attempt) {
        const auto client = connect(settings);
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_EQ(client->get(target).body, content);
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        fastest = attempt == 0 ? time.count() : std::min(fastest, time.count());
    }
    EXPECT_NEAR(fastest, 1.0, 0.1);
}

}  // namespace
}  // namespace gnutella::test
