#include "stream_cancellation.hpp"
#include "tls_bench.hpp"

#include <poll.h>

#include <future>
#include <thread>

// What a TLS stream promises who uses it as if it were a socket, and what it does with a far end that is none of ours.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;

struct TlsTest : testing::Test {
    Threads threads;
    const net::IdentityKey key = net::IdentityKey::make();
    const net::TlsCredentials credentials{key};
};

// A client and a server.
struct TlsPair {
    TlsPair(Threads& threads, const net::TlsCredentials& credentials, const std::optional<KeyHash>& expected = {})
        : TlsPair(connected_sockets(threads), credentials, expected) {}
    TlsPair(std::pair<Tcp::socket, Tcp::socket> sockets, const net::TlsCredentials& credentials,
            const std::optional<KeyHash>& expected)
        : near(net::TlsStream::client(std::move(sockets.first), credentials, expected)),
          far(net::TlsStream::server(std::move(sockets.second), credentials)) {
        auto one = start_handshake(near);
        auto other = start_handshake(far);
        near_error = error_of(std::move(one));
        far_error = error_of(std::move(other));
    }
    // Closes them where their operations run.
    ~TlsPair() {
        for (net::TlsStream* stream : {&near, &far}) {
            std::promise<void> closed;
            asio::post(stream->get_executor(), [&] {
                stream->connection().close();
                closed.set_value();
            });
            get(closed.get_future());
        }
    }
    TlsPair(const TlsPair&) = delete;
    TlsPair& operator=(const TlsPair&) = delete;

    net::TlsStream near;
    net::TlsStream far;
    error_code near_error;
    error_code far_error;
};

TEST_F(TlsTest, CarriesBytesBothWays) {
    TlsPair pair(threads, credentials);
    ASSERT_FALSE(pair.near_error);
    ASSERT_FALSE(pair.far_error);
    send(pair.near, "asked");
    EXPECT_EQ(receive(pair.far, 5), "asked");
    send(pair.far, "answered");
    EXPECT_EQ(receive(pair.near, 8), "answered");
}

TEST_F(TlsTest, BringsAllBytesInOrderBothWaysAtOnce) {
    const std::string content = content_of(8'000'000);
    TlsPair pair(threads, credentials);
    auto there = start_sending(pair.near, content);
    auto back = start_sending(pair.far, content);
    auto near = start_receiving(pair.near, content.size());
    auto far = start_receiving(pair.far, content.size());
    EXPECT_TRUE(get(std::move(near)) == content);
    EXPECT_TRUE(get(std::move(far)) == content);
    get(std::move(there));
    get(std::move(back));
}

TEST_F(TlsTest, GathersManyBuffersAndFillsSmallOnes) {
    const std::string content = content_of(100'000);
    TlsPair pair(threads, credentials);
    auto sending = on_strand_of(pair.near, [&]() -> asio::awaitable<void> {
        std::vector<asio::const_buffer> buffers;
        for (std::size_t at = 0, size = 0; at < content.size(); at += size) {
            size = std::min<std::size_t>(buffers.size() * 37 % 2'000, content.size() - at);  // some are empty
            buffers.emplace_back(content.data() + at, size);
        }
        co_await asio::async_write(pair.near, buffers, asio::use_awaitable);
    });
    auto receiving = on_strand_of(pair.far, [&]() -> asio::awaitable<std::string> {
        std::string all;
        std::array<char, 37> piece{};
        while (all.size() < content.size()) {
            const auto buffer = asio::buffer(piece);
            const std::size_t got = co_await pair.far.async_read_some(buffer, asio::use_awaitable);
            all.append(piece.data(), got);
        }
        co_return all;
    });
    get(std::move(sending));
    EXPECT_TRUE(get(std::move(receiving)) == content);
}

TEST_F(TlsTest, SendsSmallRecordsAtOnce) {
    TlsPair pair(threads, credentials);
    for (net::TlsStream* stream : {&pair.near, &pair.far}) {
        Tcp::no_delay at_once;
        stream->socket().get_option(at_once);
        EXPECT_TRUE(at_once.value());
    }
}

TEST_F(TlsTest, EndsOneWayAtATime) {
    TlsPair pair(threads, credentials);
    send(pair.near, "last");
    shutdown_send(pair.near);
    EXPECT_EQ(receive(pair.far, 4), "last");
    EXPECT_EQ(error_of_reading(pair.far), asio::error::eof);
    EXPECT_EQ(error_of_reading(pair.far), asio::error::eof);
    send(pair.far, "still heard");
    EXPECT_EQ(receive(pair.near, 11), "still heard");
}

TEST_F(TlsTest, AnEndWithoutAWordIsAReset) {
    TlsPair pair(threads, credentials);
    error_code ignored;
    pair.near.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    EXPECT_EQ(error_of_reading(pair.far), asio::error::connection_reset);
}

TEST_F(TlsTest, AResetIsNotTakenForOtherTls) {
    TlsPair pair(threads, credentials);
    error_code ignored;
    pair.near.socket().set_option(Tcp::socket::linger(true, 0), ignored);
    pair.near.socket().close(ignored);
    EXPECT_EQ(error_of_reading(pair.far), asio::error::connection_reset);
}

TEST_F(TlsTest, TakesNoOtherKeyThanTheOneExpected) {
    TlsPair right(threads, credentials, key.hash());
    EXPECT_FALSE(right.near_error);
    TlsPair wrong(threads, credentials, net::IdentityKey::make().hash());
    EXPECT_EQ(wrong.near_error, Error::wrong_key);
}

TEST_F(TlsTest, TakesWhatWasReadBeforeItBegan) {
    auto [near, far] = connected_sockets(threads);
    auto client = net::TlsStream::client(std::move(near), credentials);
    auto connecting = start_handshake(client);
    std::string first(50, '\0');
    asio::read(far, asio::buffer(first));
    auto server = net::TlsStream::server(std::move(far), credentials, first);
    auto accepting = start_handshake(server);
    get(std::move(accepting));
    get(std::move(connecting));
    send(client, "inside");
    EXPECT_EQ(receive(server, 6), "inside");
}

// ---- others ----

struct WithRawClient : TlsTest {
    std::pair<Tcp::socket, Tcp::socket> sockets = connected_sockets(threads);
    net::TlsStream stream = net::TlsStream::server(std::move(sockets.second), credentials);

    // What both ends' handshakes have come to.
    std::pair<int, error_code> shake_hands(RawTlsClient& raw) {
        bound_waits(sockets.first);
        auto accepting = start_handshake(stream);
        const int result = raw.handshake();
        return {result, error_of(std::move(accepting))};
    }
    const std::pair<int, error_code> success{GNUTLS_E_SUCCESS, {}};
};

TEST_F(WithRawClient, WhoShowsAndTakesNoCertificateIsServed) {
    RawTlsClient raw(sockets.first, gtk_gnutella, RawTlsClient::Takes::anonymous_servers);
    ASSERT_EQ(shake_hands(raw), success);
    EXPECT_EQ(gnutls_protocol_get_version(raw.native()), GNUTLS_TLS1_2);
    raw.send("asked");
    EXPECT_EQ(receive(stream, 5), "asked");
    send(stream, "answered");
    EXPECT_EQ(raw.receive(8), "answered");
}

TEST_F(WithRawClient, WhoTakesCertificatesGetsTheNewestVersion) {
    RawTlsClient raw(sockets.first, gtk_gnutella, RawTlsClient::Takes::certificates_too);
    ASSERT_EQ(shake_hands(raw), success);
    EXPECT_EQ(gnutls_protocol_get_version(raw.native()), GNUTLS_TLS1_3);
    send(stream, "shown");
    EXPECT_EQ(raw.receive(5), "shown");
}

TEST_F(WithRawClient, ASecondHandshakeEndsTheConnection) {
    RawTlsClient raw(sockets.first, gtk_gnutella, RawTlsClient::Takes::anonymous_servers);
    ASSERT_EQ(shake_hands(raw), success);
    auto reading = start_receiving(stream, 1);
    EXPECT_NE(raw.handshake(), GNUTLS_E_SUCCESS);
    EXPECT_EQ(error_of(std::move(reading)), Error::tls_failed);
}

TEST_F(WithRawClient, ARecordThatDoesNotDecryptEndsTheConnection) {
    RawTlsClient raw(sockets.first, gtk_gnutella, RawTlsClient::Takes::anonymous_servers);
    ASSERT_EQ(shake_hands(raw), success);
    asio::write(sockets.first, asio::buffer(std::string("\x17\x03\x03\x00\x40", 5) + std::string(64, 'x')));
    EXPECT_EQ(error_of_reading(stream), Error::tls_failed);
}

TEST_F(WithRawClient, HalfARecordAtTheEndIsAReset) {
    RawTlsClient raw(sockets.first, gtk_gnutella, RawTlsClient::Takes::anonymous_servers);
    ASSERT_EQ(shake_hands(raw), success);
    asio::write(sockets.first, asio::buffer(std::string("\x17\x03\x03\x00\x40", 5) + std::string(10, 'x')));
    sockets.first.close();
    EXPECT_EQ(error_of_reading(stream), asio::error::connection_reset);
}

TEST_F(TlsTest, WhatIsNoTlsEndsTheHandshake) {
    const std::string padding(100, 'x');
    for (const std::string& bytes : {"\x16" + padding, "\x16\x03\x01" + std::string("\x40\x00", 2) + padding,
                                     std::string("GNUTELLA/0.6 503 Full\r\n\r\n"), "\x15\x03\x01" + padding}) {
        auto [near, far] = connected_sockets(threads);
        auto stream = net::TlsStream::server(std::move(far), credentials, bytes);
        near.shutdown(Tcp::socket::shutdown_send);
        EXPECT_TRUE(error_of(start_handshake(stream))) << bytes;
    }
}

TEST_F(TlsTest, AHandshakeThatIsCutOffAnywhereEnds) {
    // What a client says, from its first byte to its last.
    auto [near, far] = connected_sockets(threads);
    auto client = net::TlsStream::client(std::move(near), credentials);
    auto connecting = start_handshake(client);
    std::string hello(5, '\0');
    asio::read(far, asio::buffer(hello));
    const std::size_t size =
        static_cast<std::size_t>(static_cast<unsigned char>(hello[3])) * 256 + static_cast<unsigned char>(hello[4]);
    hello.resize(5 + size);
    asio::read(far, asio::buffer(hello.data() + 5, size));
    far.close();
    EXPECT_EQ(error_of(std::move(connecting)), asio::error::connection_reset);

    for (std::size_t cut = 0; cut <= hello.size(); cut += 13) {
        auto [to, from] = connected_sockets(threads);
        auto server = net::TlsStream::server(std::move(from), credentials);
        asio::write(to, asio::buffer(hello.data(), cut));
        to.shutdown(Tcp::socket::shutdown_send);
        EXPECT_EQ(error_of(start_handshake(server)), asio::error::connection_reset) << cut;
    }
}

// ---- cancelling, and going ----

void expect_handshake_to_be_cancelled(net::TlsStream stream) {
    asio::cancellation_signal signal;
    auto running = cancellable(signal, stream.get_executor(), [&]() -> asio::awaitable<void> {
        co_await stream.async_handshake(asio::use_awaitable);
    });
    cancel(signal, stream.get_executor());
    EXPECT_EQ(error_of(std::move(running)), asio::error::operation_aborted);
}

TEST_F(TlsTest, AHandshakeCanBeCancelled) {
    auto one = connected_sockets(threads);
    expect_handshake_to_be_cancelled(net::TlsStream::client(std::move(one.first), credentials));
    auto other = connected_sockets(threads);
    expect_handshake_to_be_cancelled(net::TlsStream::server(std::move(other.second), credentials, "\x16"));
}

TEST_F(TlsTest, ReadingCanBeCancelledAndBegunAgain) {
    TlsPair pair(threads, credentials);
    expect_reading_to_be_cancelled(pair.near);
    send(pair.far, "y");
    EXPECT_EQ(receive(pair.near, 1), "y");
}

TEST_F(TlsTest, WritingThatNobodyReadsWaitsAndLosesNothingWhenCancelled) {
    TlsPair pair(threads, credentials);
    const std::string content = content_of(16 * megabyte);
    EndlessWriter writer(pair.far, content);
    // What fits into the sockets' buffers. Nothing comes on top of it.
    pollfd more{pair.far.connection().socket().native_handle(), POLLOUT, 0};
    while (::poll(&more, 1, 0) == 1) {
        ASSERT_FALSE(writer.has_ended());
        std::this_thread::yield();
    }
    EXPECT_FALSE(writer.has_ended());
    const std::size_t taken = writer.cancel();
    ASSERT_LT(taken, content.size());
    // All that was taken comes, and then what is written next.
    auto receiving = start_receiving(pair.near, taken + 3);
    send(pair.far, "end");
    EXPECT_TRUE(get(std::move(receiving)) == content.substr(0, taken) + "end");
}

TEST_F(TlsTest, AbortEndsWhatIsUnderWay) {
    TlsPair pair(threads, credentials);
    auto near = start_receiving(pair.near, 1);
    auto far = start_receiving(pair.far, 1);
    asio::post(pair.near.get_executor(), [&] { net::abort_stream(pair.near); });
    EXPECT_EQ(error_of(std::move(near)), asio::error::operation_aborted);
    EXPECT_EQ(error_of(std::move(far)), asio::error::connection_reset);
    EXPECT_EQ(error_of_reading(pair.near), asio::error::operation_aborted);
    EXPECT_EQ(error_of(start_sending(pair.near, "x")), asio::error::operation_aborted);
}

TEST_F(TlsTest, CanBeDestroyedInTheMiddleOfEverything) {
    for (int round = 0; round < 20; ++round) {
        auto [near, far] = connected_sockets(threads);
        std::optional client(net::TlsStream::client(std::move(near), credentials));
        std::optional server(net::TlsStream::server(std::move(far), credentials));
        auto connecting = start_handshake(*client);
        if (round % 2 == 0) {
            auto accepting = start_handshake(*server);
            get(std::move(accepting));
            get(std::move(connecting));
            connecting = start_sending(*client, content_of(16 * 1024 * 1024));
            if (round % 4 == 0) {
                receive(*server, 100'000);
            }
        }
        std::promise<void> destroyed;
        asio::post(client->get_executor(), [&] {
            client.reset();
            destroyed.set_value();
        });
        get(destroyed.get_future());
        EXPECT_TRUE(error_of(std::move(connecting)));
    }
}

TEST_F(TlsTest, EndsInOrder) {
    TlsPair pair(threads, credentials);
    auto ending = on_strand_of(pair.near, [&]() -> asio::awaitable<void> { co_await net::end_stream(pair.near); });
    EXPECT_EQ(error_of_reading(pair.far), asio::error::eof);
    shutdown_send(pair.far);
    get(std::move(ending));
}

// ---- the calls that never wait ----

TEST_F(TlsTest, WritingWithoutWaitingGoesOnWhereItStopped) {
    TlsPair pair(threads, credentials);
    const std::string content = content_of(32 * 1024 * 1024);
    auto receiving = start_receiving(pair.far, content.size());
    auto writing = on_strand_of(pair.near, [&]() -> asio::awaitable<int> {
        int blocked = 0;
        for (std::size_t at = 0; at < content.size();) {
            // Frames of all sizes; after would_block there may be more of them, but the first stays.
            std::array<iovec, 3> frames{};
            std::size_t from = at;
            for (iovec& frame : frames) {
                const std::size_t size = std::min(content.size() - from, from % 30'011 + 1);
                frame = {const_cast<char*>(content.data()) + from, size};
                from += size;
            }
            error_code error;
            at += pair.near.connection().write_some(frames, error);
            if (error == asio::error::would_block) {
                ++blocked;
                co_await pair.near.async_wait_writable(asio::use_awaitable);
            } else if (error) {
                throw boost::system::system_error(error);
            }
        }
        while (pair.near.connection().holds_unsent()) {
            co_await pair.near.async_wait_writable(asio::use_awaitable);
            error_code error;
            pair.near.connection().write_some({}, error);
        }
        co_return blocked;
    });
    EXPECT_GT(get(std::move(writing)), 0);
    EXPECT_TRUE(get(std::move(receiving)) == content);
}

TEST_F(TlsTest, WaitingForBytesEndsWhenSomeAreDecryptedAlready) {
    TlsPair pair(threads, credentials);
    send(pair.near, "two records"), send(pair.near, "!");
    shutdown_send(pair.near);
    auto reading = on_strand_of(pair.far, [&]() -> asio::awaitable<std::string> {
        std::string all;
        error_code error;
        while (error != asio::error::eof) {
            co_await pair.far.async_wait_readable(asio::use_awaitable);
            std::array<char, 5> piece{};
            all.append(piece.data(), pair.far.connection().read_some(piece, error));
        }
        co_return all;
    });
    EXPECT_EQ(get(std::move(reading)), "two records!");
}

}  // namespace
}  // namespace gnutella::test
