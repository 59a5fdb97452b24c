#include "net/push_giver.hpp"
#include "net/push_requests.hpp"
#include "net/pushed_connections.hpp"
#include "transfer/giv.hpp"
#include "transfer_bench.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

// Files of servents that cannot be connected to: each connects to who wants them, because of a Push.

namespace gnutella::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Guid servent = Guid::random();

std::string giv(std::uint32_t index = 12) {
    return transfer::giv_text({index, servent, "file.bin"});
}

Endpoint own_port_of(const std::string& request) {
    const std::size_t at = request.find("X-Node: ") + 8;
    return Endpoint::parse(request.substr(at, request.find("\r\n", at) - at)).value();
}

/// A servent behind a firewall, that connects out and serves one connection as an honest source.
class FirewalledServent {
  public:
    /// @param most bytes that it gives over one connection, and then closes it.
    explicit FirewalledServent(std::string content, std::size_t most = std::string::npos)
        : content_(std::move(content)), most_(most) {}
    ~FirewalledServent() {
        for (std::thread& thread : serving_) {
            thread.join();
        }
    }

    void connect(const Endpoint& to, const std::string& line) {
        serving_.emplace_back([this, to, line] {
            boost::asio::io_context context;
            Tcp::socket socket(context);
            socket.connect({boost::asio::ip::address_v4::loopback(), to.port});
            bound_waits(socket);
            ScriptedSource::send(socket, line);
            for (;;) {
                const std::string request = ScriptedSource::read_head(socket);
                if (request.empty()) {
                    return;
                }
                if (ScriptedSource::is_for_tree(request)) {
                    ScriptedSource::send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                    continue;
                }
                const std::size_t first = ScriptedSource::first_byte_asked(request);
                const std::size_t last = std::stoull(request.substr(request.find('-', request.find("bytes=")) + 1));
                const std::size_t size = std::min(last - first + 1, most_);
                std::string answer = ScriptedSource::partial_content(content_, first, size);
                if (size == most_) {
                    answer.insert(answer.find("\r\n\r\n"), "\r\nConnection: close");
                    ScriptedSource::send(socket, answer);
                    return;
                }
                ScriptedSource::send(socket, answer);
            }
        });
    }

  private:
    const std::string content_;
    const std::size_t most_;
    std::vector<std::thread> serving_;
};

struct PushTest : testing::Test {
    Threads threads;
    const std::string content = content_of(500'000);

    static Settings settings() {
        Settings settings = quick_settings();
        settings.source_retries = 0;
        return settings;
    }

    // Nothing listens where its hit says that it does.
    Hit hit() {
        Tcp::acceptor gone(threads.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        Hit hit;
        hit.name = "file.bin";
        hit.size = content.size();
        hit.urn = Urn(*urn_of(content).sha1());
        hit.source = {"127.0.0.1", gone.local_endpoint().port()};
        hit.peer = servent;
        hit.index = 12;
        hit.dialect = Dialect::gnutella;
        hit.transports = {Transport::http};
        return hit;
    }
};

TEST_F(PushTest, AFirewalledSourceIsAskedThroughItsPushProxy) {
    FirewalledServent firewalled(content);
    ScriptedSource proxy([&](Tcp::socket& socket, const std::string& request) {
        EXPECT_THAT(request, StartsWith("GET " + transfer::push_proxy_target_of(servent) + " HTTP/1.1\r\n"));
        ScriptedSource::send(socket, "HTTP/1.1 202 Push Proxy: Message Sent\r\nContent-Length: 0\r\n\r\n");
        firewalled.connect(own_port_of(request), giv(0));
    });
    Node node(threads, settings());
    node.start();
    for (const bool says_so : {true, false}) {
        Hit source = hit();
        source.firewalled = says_so;
        source.push_proxies = {proxy.hit_for("x").source};
        const auto file = get(node->async_download(source, node.downloads().path(), boost::asio::use_future));
        EXPECT_EQ(file.bytes, content.size()) << "whether its hit says that it is firewalled or not";
        EXPECT_EQ(file.verification, Verification::verified);
    }
    EXPECT_EQ(node.status().counters.pushes_asked, 2U);
    EXPECT_EQ(node.status().counters.unexpected_givs, 0U);
}

TEST_F(PushTest, OneConnectionIsAskedForTheTreeAndForTheFile) {
    FirewalledServent firewalled(content);
    ScriptedSource proxy([&](Tcp::socket& socket, const std::string& request) {
        ScriptedSource::send(socket, "HTTP/1.1 202 Sent\r\nContent-Length: 0\r\n\r\n");
        firewalled.connect(own_port_of(request), giv(0));
    });
    Node node(threads, settings());
    node.start();
    Hit source = hit();
    source.urn = urn_of(content);
    source.firewalled = true;
    source.push_proxies = {proxy.hit_for("x").source};
    EXPECT_EQ(get(node->async_download(source, node.downloads().path(), boost::asio::use_future)).bytes,
              content.size());
    EXPECT_EQ(node.status().counters.pushes_asked, 1U);
}

TEST_F(PushTest, ASourceThatCameWhenItWasAskedIsAskedAgainAndNotConnectedTo) {
    FirewalledServent firewalled(content, content.size() / 2);
    Tcp::acceptor here(threads.context());
    here.open(Tcp::v4());
    here.bind(Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));  // refused, as long as nobody listens
    ScriptedSource proxy([&](Tcp::socket& socket, const std::string& request) {
        here.listen();
        ScriptedSource::send(socket, "HTTP/1.1 202 Sent\r\nContent-Length: 0\r\n\r\n");
        firewalled.connect(own_port_of(request), giv(0));
    });
    Node node(threads, settings());
    node.start();
    Hit source = hit();
    source.source = {"127.0.0.1", here.local_endpoint().port()};
    source.push_proxies = {proxy.hit_for("x").source};
    EXPECT_EQ(get(node->async_download(source, node.downloads().path(), boost::asio::use_future)).bytes,
              content.size());
    EXPECT_EQ(node.status().counters.pushes_asked, 2U);
    here.non_blocking(true);
    boost::system::error_code nobody;
    here.accept(nobody);
    EXPECT_EQ(nobody, boost::asio::error::would_block);
}

TEST_F(PushTest, ASourceThatNobodyPassesThePushToCannotBeReached) {
    ScriptedSource proxy([](Tcp::socket& socket, const std::string&) {
        ScriptedSource::send(socket, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
    });
    Node node(threads, settings());
    node.start();
    Hit source = hit();
    source.firewalled = true;
    source.push_proxies = {proxy.hit_for("x").source};
    EXPECT_EQ(error_of(node->async_download(source, node.downloads().path(), boost::asio::use_future)),
              Error::cannot_connect);
}

TEST_F(PushTest, ANodeDoesNotAskItself) {
    Node node(threads, settings());
    node.start();
    Hit source = hit();
    source.firewalled = true;
    source.push_proxies = {node.endpoint()};
    EXPECT_EQ(error_of(node->async_download(source, node.downloads().path(), boost::asio::use_future)),
              Error::cannot_connect);
    EXPECT_EQ(node.status().counters.pushes_dropped, 0U);
}

TEST_F(PushTest, ASourceThatDoesNotComeIsGivenUp) {
    ScriptedSource proxy([](Tcp::socket& socket, const std::string&) {
        ScriptedSource::send(socket, "HTTP/1.1 202 Sent\r\nContent-Length: 0\r\n\r\n");
    });
    Settings short_of_patience = settings();
    short_of_patience.push_timeout = std::chrono::milliseconds(100);
    Node node(threads, short_of_patience);
    node.start();
    Hit source = hit();
    source.firewalled = true;
    source.push_proxies = {proxy.hit_for("x").source};
    EXPECT_EQ(error_of(node->async_download(source, node.downloads().path(), boost::asio::use_future)),
              Error::cannot_connect)
        << "neither that way nor directly";
}

TEST_F(PushTest, ADownloadThatWaitsForAConnectionCanBeCancelled) {
    std::promise<void> asked;
    ScriptedSource proxy([&](Tcp::socket& socket, const std::string&) {
        ScriptedSource::send(socket, "HTTP/1.1 202 Sent\r\nContent-Length: 0\r\n\r\n");
        asked.set_value();
    });
    Node node(threads, settings());
    node.start();
    Hit source = hit();
    source.firewalled = true;
    source.push_proxies = {proxy.hit_for("x").source};
    Download download = node->download({{source}, node.downloads().path(), {}});
    get(asked.get_future());
    download.cancel();
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
}

TEST_F(PushTest, AConnectionThatNobodyWaitsForIsClosedAndCounted) {
    Settings impatient = settings();
    impatient.first_bytes_timeout = std::chrono::milliseconds(2'000);
    Node node(threads, impatient);
    node.start();
    std::uint64_t expected = 0;
    for (const std::string& bytes :
         {giv(), std::string("GIV no such thing\n\n"), "GIV " + std::string(5'000, '1'), giv() + "and more",
          std::string("GIV 1:half of")}) {  // the last for as long as Settings::first_bytes_timeout
        RawClient client(node.endpoint());
        client.send(bytes);
        EXPECT_TRUE(client.is_closed()) << bytes.substr(0, 40);
        ++expected;
    }
    ASSERT_TRUE(eventually([&] { return node.status().counters.unexpected_givs >= expected; }));
    EXPECT_EQ(node.status().counters.unexpected_givs, expected);
}

TEST_F(PushTest, AConnectionGoesToWhoWaitsForThatServentAndThatFile) {
    const auto counters = std::make_shared<net::TransferCounters>();
    const auto connections = std::make_shared<net::PushedConnections>(settings(), counters);
    const auto strand = boost::asio::make_strand(threads.context());
    const auto wait = [](net::PushedConnections::Place& place) -> boost::asio::awaitable<bool> {
        const auto arrived = co_await place.wait(std::chrono::steady_clock::now() + patience);
        co_return arrived.has_value();
    };
    net::PushedConnections::Place other(connections, strand, Guid::random(), 12);
    net::PushedConnections::Place first(connections, strand, servent, 1);
    net::PushedConnections::Place second(connections, strand, servent, 2);
    Tcp::acceptor acceptor(threads.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const auto come = [&](const std::string& line) {
        Tcp::socket far(threads.context());
        far.connect(acceptor.local_endpoint());
        Tcp::socket near(boost::asio::make_strand(threads.context()));
        acceptor.accept(near);
        connections->accept(net::Channel(std::move(near)), line, nullptr);
        return far;
    };
    const auto one = come(giv(2));
    EXPECT_TRUE(get(boost::asio::co_spawn(strand, wait(second), boost::asio::use_future))) << "by its index";
    const auto two = come(giv(0));
    EXPECT_TRUE(get(boost::asio::co_spawn(strand, wait(first), boost::asio::use_future))) << "by its servent alone";
    EXPECT_EQ(counters->unexpected_givs, 0U);
}

// ---- the other side ----

/// The connection that a node makes because of a Push.
struct Pushed {
    explicit Pushed(Tcp::acceptor& acceptor) : socket(acceptor.accept()) { bound_waits(socket); }

    std::string read_until(const std::string& end) {
        error_code ignored;
        const std::size_t size = boost::asio::read_until(socket, boost::asio::dynamic_buffer(input), end, ignored);
        std::string read = input.substr(0, size);
        input.erase(0, size);
        return read;
    }

    Tcp::socket socket;
    std::string input;
};

struct GiverTest : PushTest {
    TestServer server{threads};
    const boost::asio::any_io_executor strand = boost::asio::make_strand(threads.context());
    const std::shared_ptr<net::TransferCounters> counters = std::make_shared<net::TransferCounters>();
    const std::shared_ptr<net::PushGiver> giver =
        std::make_shared<net::PushGiver>(strand, settings(), servent, server.server(), counters);
    boost::asio::io_context context;
    Tcp::acceptor acceptor{context, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};

    ~GiverTest() override {
        on_strand([this] { giver->stop(); });
    }
    void on_strand(std::function<void()> work) {
        std::promise<void> done;
        boost::asio::post(strand, [&] {
            work();
            done.set_value();
        });
        get(done.get_future());
    }
    void give(const Endpoint& to) {
        on_strand([&] { giver->give(to, 7); });
    }
    Endpoint here() const { return {"127.0.0.1", acceptor.local_endpoint().port()}; }
};

TEST_F(GiverTest, ConnectsSaysWhoItIsAndServesTheFile) {
    const Hit hit = server.share("file.bin", content);
    give(here());
    Pushed pushed(acceptor);
    EXPECT_EQ(pushed.read_until("\n\n"), transfer::giv_text({7, servent, ""}));
    for (int time = 0; time < 2; ++time) {
        ScriptedSource::send(pushed.socket, "GET /uri-res/N2R?" + hit.urn->sha1_string() +
                                                " HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\n");
        EXPECT_THAT(pushed.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 206 "));
        pushed.read_until(content.substr(0, 10));
    }
    EXPECT_EQ(counters->pushes_given, 1U);
}

TEST_F(GiverTest, ConnectsToNumericAddressesAlone) {
    give({"a-host-name", 80});
    give({"127.0.0.1", 0});
    EXPECT_EQ(counters->pushes_dropped, 2U);
    EXPECT_EQ(counters->pushes_given, 0U);
}

// ---- as a push proxy ----

TEST_F(PushTest, AProxyPassesItOnOrSaysThatItCannot) {
    TestServer server(threads);
    std::mutex mutex;
    std::vector<std::pair<transfer::PushProxyTarget, Endpoint>> passed;
    const auto pass = [&](transfer::PushProxyTarget wanted, Endpoint to) -> boost::asio::awaitable<bool> {
        const std::scoped_lock lock(mutex);
        passed.emplace_back(wanted, to);
        co_return wanted.servent == servent;
    };
    server.server().introduce({Guid::random(), 1, pass});
    RawClient client(server.endpoint());
    const std::string node = "X-Node: 8.8.8.8:1234\r\n";
    EXPECT_EQ(client.get(transfer::push_proxy_target_of(servent), node).status, 202);
    EXPECT_EQ(client.get(transfer::push_proxy_target_of(Guid::random()), node).status, 410);
    EXPECT_EQ(client.get(transfer::push_proxy_target_of(servent)).status, 400);
    EXPECT_EQ(client.get("/gnutella/push-proxy?ServerId=x", node).status, 400);
    ASSERT_EQ(passed.size(), 2U);
    EXPECT_EQ(passed[0].second, (Endpoint{"127.0.0.1", 1234})) << "nobody aims at a third party";
    EXPECT_EQ(server.counters().pushes_proxied, 1U);
    EXPECT_EQ(server.counters().pushes_dropped, 1U);
}

TEST_F(PushTest, WithoutSessionsThereIsNobodyToPassItOnTo) {
    Node node(threads, settings());
    node.start();
    RawClient client(node.endpoint());
    EXPECT_EQ(client.get(transfer::push_proxy_target_of(servent), "X-Node: 127.0.0.1:1\r\n").status, 410);
}

}  // namespace
}  // namespace gnutella::test
