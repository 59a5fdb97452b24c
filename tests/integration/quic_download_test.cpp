#include "lossy_relay.hpp"
#include "node.hpp"
#include "quic_meddling_relay.hpp"
#include "transfer_bench.hpp"

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <atomic>
#include <future>
#include <random>
#include <thread>

// Files that travel over QUIC from node to node.

namespace gnutella::test {
namespace {

Settings settings_with(std::vector<Transport> transports) {
    Settings settings = quick_settings();
    settings.transports = std::move(transports);
    return settings;
}

/// One node that has a file and one that wants it.
struct TwoNodes {
    explicit TwoNodes(std::string what, const Settings& server_settings = quick_settings(),
                      const Settings& client_settings = quick_settings())
        : content(std::move(what)), server(threads, server_settings), client(threads, client_settings) {
        server.share().write("moonlight.bin", content);
        server.start();
        client.start();
        client.connect(server);
        hit = client.first_hit("moonlight").value();
    }

    std::future<DownloadedFile> fetch(const Hit& from) {
        return client->async_download(from, client.downloads().path(), boost::asio::use_future);
    }
    std::string fetched(const DownloadedFile& file) const { return client.downloads().read(file.path.filename()); }

    Threads threads;
    const std::string content;
    Node server;
    Node client;
    Hit hit;
};

TEST(QuicDownload, MovesAFileAndSaysHow) {
    TwoNodes nodes(content_of(3'000'000));
    ASSERT_TRUE(nodes.hit.key);
    EXPECT_EQ(nodes.hit.transports, (std::vector{Transport::quic, Transport::http}));
    const DownloadedFile file = get(nodes.fetch(nodes.hit));
    EXPECT_EQ(file.transport, Transport::quic);
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(nodes.fetched(file), nodes.content);
}

TEST(QuicDownload, IsLeftForHttpWhenEitherSideHasItTurnedOff) {
    const Settings http_only = settings_with({Transport::http});
    for (const bool server_has_it : {true, false}) {
        TwoNodes nodes(content_of(100'000), server_has_it ? quick_settings() : http_only,
                       server_has_it ? http_only : quick_settings());
        const DownloadedFile file = get(nodes.fetch(nodes.hit));
        EXPECT_EQ(file.transport, Transport::http);
        EXPECT_EQ(nodes.fetched(file), nodes.content);
    }
}

TEST(QuicDownload, WorksAloneWhenHttpIsTurnedOff) {
    const Settings quic_only = settings_with({Transport::quic});
    TwoNodes nodes(content_of(100'000), quic_only, quic_only);
    EXPECT_EQ(nodes.hit.transports, std::vector{Transport::quic});
    EXPECT_EQ(get(nodes.fetch(nodes.hit)).transport, Transport::quic);
}

TEST(QuicDownload, AFarEndWithAnotherKeyIsNotAsked) {
    TwoNodes nodes(content_of(100'000));
    Hit impostor = nodes.hit;
    impostor.key->bytes.front() ^= 1;
    EXPECT_EQ(error_of(nodes.fetch(impostor)), Error::wrong_key);
    EXPECT_EQ(get(nodes.fetch(nodes.hit)).transport, Transport::quic);
}

/// A port of which only TCP leads to a node.
class TcpDoor {
  public:
    explicit TcpDoor(const Endpoint& node)
        : door_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
          port_(door_.local_endpoint().port()),
          thread_([this, node] { serve(node); }) {}
    ~TcpDoor() {
        ::shutdown(door_.native_handle(), SHUT_RDWR);
        thread_.join();
    }

    std::uint16_t port() const { return port_; }

  private:
    using Socket = boost::asio::ip::tcp::socket;

    void serve(const Endpoint& node) {
        std::vector<std::jthread> carriers;
        error_code error;
        for (;;) {
            auto inside = std::make_shared<Socket>(context_);
            door_.accept(*inside, error);
            if (error) {
                return;
            }
            auto outside = std::make_shared<Socket>(context_);
            outside->connect({boost::asio::ip::make_address(node.host), node.port});
            carriers.emplace_back([inside, outside] { carry(*inside, *outside); });
            carriers.emplace_back([inside, outside] { carry(*outside, *inside); });
        }
    }

    static void carry(Socket& from, Socket& into) {
        std::array<char, 65536> bytes;
        error_code error;
        std::size_t got = from.read_some(boost::asio::buffer(bytes), error);
        while (!error) {
            boost::asio::write(into, boost::asio::buffer(bytes.data(), got), error);
            got = error ? 0 : from.read_some(boost::asio::buffer(bytes), error);
        }
        error_code ignored;
        into.shutdown(boost::asio::socket_base::shutdown_both, ignored);
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor door_;
    std::uint16_t port_;
    std::thread thread_;
};

TEST(QuicDownload, FallsBackToHttpWhereDatagramsDoNotArrive) {
    Settings impatient = quick_settings();
    impatient.quic_handshake_timeout = std::chrono::milliseconds(300);
    TwoNodes nodes(content_of(100'000), quick_settings(), impatient);
    const TcpDoor door(nodes.server.endpoint());
    boost::asio::io_context context;
    const Udp::socket deaf(context, Udp::endpoint(boost::asio::ip::address_v4::loopback(), door.port()));
    Hit hit = nodes.hit;
    hit.source.port = door.port();
    const DownloadedFile file = get(nodes.fetch(hit));
    EXPECT_EQ(file.transport, Transport::http);
    EXPECT_EQ(nodes.fetched(file), nodes.content);
}

TEST(QuicDownload, FallsBackToHttpAtOnceWhereNobodyTakesDatagrams) {
    // Longer than a test may take: it is not by time that it falls back.
    Settings patient = quick_settings();
    patient.connect_timeout = std::chrono::hours(1);
    patient.quic_handshake_timeout = std::chrono::hours(1);
    patient.quic_fallback_timeout = std::chrono::hours(1);
    TwoNodes nodes(content_of(100'000), quick_settings(), patient);
    const TcpDoor door(nodes.server.endpoint());
    Hit hit = nodes.hit;
    hit.source.port = door.port();
    const DownloadedFile file = get(nodes.fetch(hit));
    EXPECT_EQ(file.transport, Transport::http);
    EXPECT_EQ(nodes.fetched(file), nodes.content);
}

TEST(QuicDownload, ArrivesWholeWhereDatagramsAreLostAndOvertakeOneAnother) {
    TwoNodes nodes(content_of(2'000'000));
    LossyRelay relay(nodes.threads, nodes.server.endpoint(), LossyRelay::Conditions{});
    Hit hit = nodes.hit;
    hit.source = relay.endpoint();
    const DownloadedFile file = get(nodes.fetch(hit));
    EXPECT_EQ(file.transport, Transport::quic);
    EXPECT_EQ(nodes.fetched(file), nodes.content);
    EXPECT_GT(relay.counts().lost, 0U);
    EXPECT_GT(relay.counts().late, 0U);
}

TEST(QuicDownload, GoesOnWhenItsSourceWasStartedAnew) {
    // Longer than a test may take: it is not by time that the loss is seen.
    Settings patient = settings_with({Transport::quic});
    patient.quic_idle_timeout = std::chrono::hours(1);
    patient.transfer_timeout = std::chrono::hours(1);
    const TemporaryFolder state_before;
    const TemporaryFolder state_after;
    Settings before = patient;
    before.state_folder = state_before.path();
    TwoNodes nodes(content_of(3'000'000), before, patient);
    std::filesystem::copy(state_before.path() / net::IdentityKey::file_name, state_after.path());
    Settings after = patient;
    after.state_folder = state_after.path();
    Node anew(nodes.threads, after);
    anew.share().write("moonlight.bin", nodes.content);
    anew.start();

    std::size_t passed = 0;
    std::atomic<bool> is_down{false};
    std::promise<void> went_down;
    const auto meddle = [&](std::string datagram) -> std::vector<std::string> {
        passed += datagram.size();
        if (passed > 1'000'000 && passed - datagram.size() <= 1'000'000) {
            is_down = true;
            went_down.set_value();
        }
        return is_down ? std::vector<std::string>{} : std::vector<std::string>{std::move(datagram)};
    };
    const auto loopback = boost::asio::ip::address_v4::loopback();
    MeddlingRelay relay({loopback, nodes.server.endpoint().port}, meddle);
    Hit hit = nodes.hit;
    hit.source.port = relay.end().port();
    auto fetching = nodes.fetch(hit);
    get(went_down.get_future());
    relay.lead_to({loopback, anew.endpoint().port});
    is_down = false;
    const DownloadedFile file = get(std::move(fetching));
    EXPECT_EQ(nodes.fetched(file), nodes.content);
    EXPECT_GT(anew.status().counters.uploads, 0U);
}

/// Sends datagrams of random bytes to a port until it is told to end, and at least so many: as fast as they are read,
/// for a port at which nothing else arrives proves nothing.
class Storm {
  public:
    Storm(const Endpoint& target, std::uint64_t at_least)
        : thread_([this, target, at_least](const std::stop_token& stop) { blow(target, at_least, stop); }) {}

    std::uint64_t sent() const { return sent_; }
    bool is_over() const { return over_; }
    void end() {
        thread_.request_stop();
        thread_.join();
    }

  private:
    void blow(const Endpoint& target, std::uint64_t at_least, const std::stop_token& stop) {
        boost::asio::io_context context;
        Udp::socket socket(context, Udp::v4());
        socket.connect({boost::asio::ip::make_address(target.host), target.port});
        std::mt19937_64 random(7);
        std::array<std::uint64_t, 180> bytes;  // 1,440 of them
        const timeval while_lost{0, 100'000};
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &while_lost, sizeof while_lost);
        socket.non_blocking(false);
        while (sent_ < at_least || !stop.stop_requested()) {
            const std::size_t size = 1 + random() % sizeof bytes;
            for (std::size_t index = 0; index * sizeof(std::uint64_t) < std::min<std::size_t>(size, 64); ++index) {
                bytes[index] = random();
            }
            error_code ignored;
            socket.send(boost::asio::buffer(bytes.data(), size), 0, ignored);
            over_ = ++sent_ >= at_least;
            if (sent_ % 64 == 0) {
                wait_until_read(socket);
            }
        }
    }

    // What came before has been read when this is answered, as a client of another version is (RFC 9000, 6).
    void wait_until_read(Udp::socket& socket) const {
        std::string own_id = std::to_string(sent_);
        own_id.resize(8, '.');
        std::string other_version = std::string("\xC0\x0a\x0b\x0c\x0d", 5) + "\x08" + "destinat" + "\x08" + own_id;
        other_version.resize(1200);
        error_code error;
        socket.send(boost::asio::buffer(other_version), 0, error);
        std::string answer;
        while (!error && answer.find(own_id) == std::string::npos) {
            answer.resize(1500);
            answer.resize(socket.receive(boost::asio::buffer(answer), 0, error));
        }
    }

    std::atomic<std::uint64_t> sent_{0};
    std::atomic<bool> over_{false};
    std::jthread thread_;
};

TEST(QuicDownload, GoesOnWhileAMillionRandomDatagramsComeToBothPorts) {
    Settings talkative = quick_settings();
    talkative.quic_stray_answers_per_second = 1'000'000;
    talkative.quic_fallback_timeout = std::chrono::hours(1);
    TwoNodes nodes(content_of(4'000'000), talkative, talkative);
    Storm at_server(nodes.server.endpoint(), 500'000);
    Storm at_client(nodes.client.endpoint(), 500'000);
    do {
        const DownloadedFile file = get(nodes.fetch(nodes.hit));
        ASSERT_EQ(file.transport, Transport::quic);
        ASSERT_EQ(nodes.fetched(file), nodes.content);
    } while (!at_server.is_over() || !at_client.is_over());  // they go on until they are told to end
    at_server.end();
    at_client.end();
    EXPECT_GE(at_server.sent() + at_client.sent(), 1'000'000U);
    // Sessions and searches go on too.
    EXPECT_TRUE(nodes.client.first_hit("moonlight"));
}

}  // namespace
}  // namespace gnutella::test
