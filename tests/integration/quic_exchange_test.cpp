#include "net/quic_dialler.hpp"
#include "net/source_reader.hpp"
#include "quic_bench.hpp"
#include "tls_bench.hpp"
#include "transfer_bench.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <span>

// One exchange, three transports: what is written for a stream works on all.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;

struct OverTcp {
    using Stream = Tcp::socket;

    OverTcp(Threads& threads, TestServer& server)
        : strand(asio::make_strand(threads.context())), at(server.endpoint()) {}

    Stream connect() {
        Stream stream(strand);
        stream.connect({asio::ip::address_v4::loopback(), at.port});
        return stream;
    }
    asio::any_io_executor strand;
    Endpoint at;
};

struct OverQuic {
    using Stream = net::QuicStream;

    OverQuic(Threads& of, TestServer& server) : strand(asio::make_strand(of.context())), client(of) {
        Udp::socket socket(asio::make_strand(of.context()), Udp::endpoint(asio::ip::address_v4::loopback(), 0));
        net::QuicEndpoint::Handlers handlers;
        handlers.accepted = [&http = server.server()](net::QuicStream stream) { http.serve(std::move(stream)); };
        serving = std::make_shared<net::QuicEndpoint>(std::move(socket), net::IdentityKey::make(), quick_settings(),
                                                      std::move(handlers));
        serving->start();
    }
    ~OverQuic() {
        serving->stop();
        std::promise<void> stopped;
        asio::post(serving->strand(), [&] { stopped.set_value(); });
        get(stopped.get_future());
    }

    Stream connect() {
        Stream stream = client.open(serving->local_endpoint(), serving->key());
        stream.use_executor(strand);
        return stream;
    }
    asio::any_io_executor strand;
    std::shared_ptr<net::QuicEndpoint> serving;
    QuicNode client;
};

struct OverTls {
    using Stream = net::TlsStream;

    OverTls(Threads& of, TestServer& server)
        : threads(of), strand(asio::make_strand(of.context())), http(server.server()) {}

    Stream connect() {
        auto [near, far] = connected_sockets(threads);
        strand = near.get_executor();
        Stream stream = Stream::client(std::move(near), credentials);
        Stream serving = Stream::server(std::move(far), credentials);
        auto accepting = start_handshake(serving);
        get(start_handshake(stream));
        get(std::move(accepting));
        http.serve(net::Channel(std::move(serving)), {}, {"127.0.0.1", 1});
        return stream;
    }
    Threads& threads;
    const net::TlsCredentials credentials{net::IdentityKey::make()};
    asio::any_io_executor strand;
    net::HttpServer& http;
};

template <class Transport>
struct Exchange : testing::Test {
    Threads threads;
    TestServer server{threads};
    Transport transport{threads, server};
    const std::string content = content_of(3'000'000);

    // Asks for pieces, each from `first` to the end of the file, on one stream.
    std::vector<std::string> fetch(const Hit& hit, std::vector<std::uint64_t> firsts) {
        auto stream = transport.connect();
        net::SourceReader reader(stream, 8192);
        auto work = [&]() -> asio::awaitable<std::vector<std::string>> {
            std::vector<std::string> pieces;
            for (const std::uint64_t first : firsts) {
                const transfer::PieceRequest wanted{*hit.urn, first, hit.size};
                const auto answer = co_await reader.ask(wanted, "127.0.0.1", "test");
                if (answer.error) {
                    throw boost::system::system_error(answer.error);
                }
                std::string body(answer.plan.keep, '\0');
                for (std::size_t filled = 0; filled < body.size();) {
                    error_code error;
                    filled += co_await reader.read_some(std::as_writable_bytes(std::span(body).subspan(filled)), error);
                    if (error) {
                        throw boost::system::system_error(error);
                    }
                }
                pieces.push_back(std::move(body));
            }
            co_return pieces;
        };
        return get(asio::co_spawn(transport.strand, work(), asio::use_future));
    }
};

using Transports = testing::Types<OverTcp, OverQuic, OverTls>;
TYPED_TEST_SUITE(Exchange, Transports);

TYPED_TEST(Exchange, BringsAFileAndRangesOfIt) {
    const Hit hit = this->server.share("file.bin", this->content);
    const auto pieces = this->fetch(hit, {0, 1'000'000, 2'999'999});
    EXPECT_TRUE(pieces[0] == this->content);
    EXPECT_TRUE(pieces[1] == this->content.substr(1'000'000));
    EXPECT_TRUE(pieces[2] == this->content.substr(2'999'999));
}

TYPED_TEST(Exchange, SaysThatAFileIsNotShared) {
    Hit hit = this->server.share("file.bin", this->content);
    hit.urn = urn_of("something else");
    EXPECT_THROW(this->fetch(hit, {0}), boost::system::system_error);
}

// ---- whole nodes ----

struct QuicNodes : testing::Test {
    Threads threads;
    Node sharer{threads};
    Node searcher{threads};

    std::optional<Hit> search(const std::string& text) {
        get(searcher->async_connect(sharer.endpoint(), asio::use_future));
        auto query = searcher->query(text);
        return get(query.async_next(asio::use_future));
    }
};

TEST_F(QuicNodes, AHitNamesTheKeyByWhichItsFileComesOverQuic) {
    const std::string content = content_of(2'000'000);
    sharer.share().write("song.mp3", content);
    sharer.start();
    searcher.start();
    const auto hit = search("song");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->transports, (std::vector{Transport::quic, Transport::http}));
    ASSERT_TRUE(hit->key);

    Udp::socket socket(asio::make_strand(threads.context()), Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto endpoint = std::make_shared<net::QuicEndpoint>(std::move(socket), net::IdentityKey::make(),
                                                              quick_settings(), net::QuicEndpoint::Handlers());
    endpoint->start();
    const asio::any_io_executor strand = asio::make_strand(threads.context());
    auto work = [&](Hit from) -> asio::awaitable<std::string> {
        net::QuicDialler dialler(strand, endpoint, std::chrono::seconds(10));
        auto dialled = co_await dialler.dial(from);
        if (dialled.error) {
            throw boost::system::system_error(dialled.error);
        }
        net::SourceReader reader(*dialled.stream, 8192);
        const transfer::PieceRequest wanted{*from.urn, 0, from.size};
        const auto answer = co_await reader.ask(wanted, "127.0.0.1", "test");
        std::string body(answer.plan.keep, '\0');
        error_code error = answer.error;
        for (std::size_t filled = 0; filled < body.size() && !error;) {
            filled += co_await reader.read_some(std::as_writable_bytes(std::span(body).subspan(filled)), error);
        }
        co_return body;
    };
    EXPECT_TRUE(get(asio::co_spawn(strand, work(*hit), asio::use_future)) == content);

    Hit another = *hit;
    another.key = net::IdentityKey::make().hash();
    EXPECT_EQ(error_of(asio::co_spawn(strand, work(another), asio::use_future)), Error::wrong_key);
    Hit unnamed = *hit;
    unnamed.key.reset();
    EXPECT_EQ(error_of(asio::co_spawn(strand, work(unnamed), asio::use_future)), Error::quic_refused);
    endpoint->stop();
    EXPECT_EQ(get(sharer->async_status(asio::use_future)).counters.quic_connections, 1U);
}

TEST(QuicSettings, WithoutQuicHitsOfferHttpAloneAndNameNoKey) {
    Threads threads;
    Settings settings = quick_settings();
    settings.transports = {Transport::http};
    Node sharer(threads, settings);
    Node searcher(threads);
    sharer.share().write("song.mp3", "la");
    sharer.start();
    searcher.start();
    get(searcher->async_connect(sharer.endpoint(), asio::use_future));
    auto query = searcher->query("song");
    const auto hit = get(query.async_next(asio::use_future));
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->transports, std::vector{Transport::http});
    EXPECT_FALSE(hit->key);
}

TEST(QuicSettings, ANodeKeepsItsKey) {
    Threads threads;
    TemporaryFolder state;
    Settings settings = quick_settings();
    settings.state_folder = state.path();
    const auto key_of_a_life = [&] {
        Node sharer(threads, settings);
        Node searcher(threads);
        sharer.share().write("song.mp3", "la");
        sharer.start();
        searcher.start();
        get(searcher->async_connect(sharer.endpoint(), asio::use_future));
        auto query = searcher->query("song");
        const auto hit = get(query.async_next(asio::use_future));
        sharer.stop();
        return hit.value().key.value();
    };
    const KeyHash first = key_of_a_life();
    EXPECT_EQ(key_of_a_life(), first);
}

TEST(QuicSettings, ADamagedKeyIsAnErrorOfStarting) {
    Threads threads;
    TemporaryFolder state;
    state.write("identity.key", "not a key");
    Settings settings = quick_settings();
    settings.state_folder = state.path();
    Peer peer(threads.context().get_executor(), settings);
    EXPECT_EQ(error_of(peer.async_start(asio::use_future)), Error::identity_damaged);
}

}  // namespace
}  // namespace gnutella::test
