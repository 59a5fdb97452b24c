#include "gnutella_attack.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

// What nobody should send over a session of Gnutella 0.6: plainly, deflated, and in TLS. The node says what it must,
// counts it, and goes on.

namespace gnutella::test {
namespace {

using boost::asio::use_future;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- bytes ----

std::string bytes_of(const Guid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}
const std::string here{"\x7F\0\0\1", 4};

/// Zeros, deflated. @param size before that.
std::string bomb(std::size_t size) {
    const std::string zeros(size, '\0');
    std::string out(compressBound(zeros.size()), '\0');
    uLongf length = out.size();
    compress2(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(zeros.data()), zeros.size(),
              Z_BEST_COMPRESSION);
    out.resize(length);
    return out;
}
/// GGEP, "Length Encoding".
std::string ggep(std::string_view id, const std::string& value, unsigned flags = 0x80) {
    const std::size_t size = value.size();
    std::string block{'\xC3', static_cast<char>(flags | id.size())};
    block += id;
    block += {static_cast<char>(0x80 | (size >> 12 & 0x3F)), static_cast<char>(0x80 | (size >> 6 & 0x3F)),
              static_cast<char>(0x40 | (size & 0x3F))};
    return block + value;
}
constexpr unsigned last = 0x80, with_cobs = 0x40, compressed = 0x20;

std::string push_for(const std::string& servent, const std::string& address, std::uint16_t port,
                     std::uint32_t index = 1) {
    return servent + u32(index) + address + u16(port);
}
/// 0.6, 2.2.6.
std::string hit_with(const std::string& name, const std::string& extensions, const std::string& ggep_blocks,
                     std::uint8_t count = 1) {
    const std::string open = ggep_blocks.empty() ? std::string("\2\0\0", 3) : std::string("\2\x20\x20", 3);
    return std::string(1, static_cast<char>(count)) + u16(6346) + here + u32(1'000) + u32(7) + u32(1'234) + name +
           '\0' + extensions + '\0' + "TEST" + open + ggep_blocks + std::string(16, 'S');
}
/// Query Routing 0.6, "Gnutella Protocol Changes".
std::string reset(std::uint32_t length, std::uint8_t infinity = 7) {
    return RawServent::message(0x30, '\0' + u32(length) + static_cast<char>(infinity), 1);
}
std::string patch(const std::string& data, std::uint8_t number = 1, std::uint8_t count = 1, std::uint8_t compressor = 0,
                  std::uint8_t bits = 8) {
    return RawServent::message(0x30,
                               std::string{'\1', static_cast<char>(number), static_cast<char>(count),
                                           static_cast<char>(compressor), static_cast<char>(bits)} +
                                   data,
                               1);
}
std::string lying_about_its_length(const std::string& length) {
    std::string message = RawServent::message(RawServent::query, RawServent::query_for("x"));
    return message.replace(19, 4, length);
}
std::string with_hops(std::string message, std::uint8_t hops) {
    message[18] = static_cast<char>(hops);
    return message;
}
std::string vendor(const std::string& code, std::uint16_t selector, const std::string& payload) {
    return RawServent::message(0x31, code + u16(selector) + u16(1) + payload, 1);
}

// ---- in a session ----

using GnutellaBadInput = Attacked;
INSTANTIATE_TEST_SUITE_P(EachWay, GnutellaBadInput, testing::Values(plain, deflated, in_tls, deflated_in_tls),
                         name_of_way);

TEST_P(GnutellaBadInput, EndsTheSessionWithByeAndTheNodeGoesOn) {
    start();
    const auto good = neighbour();
    const std::pair<std::string_view, std::string> inputs[] = {
        {"one byte too long", lying_about_its_length(std::string("\x01\0\1\0", 4))},
        {"the highest length", lying_about_its_length("\xFF\xFF\xFF\xFF")},
        {"a negative length", lying_about_its_length(std::string("\0\0\0\x80", 4))},
        {"JSON", R"({"type":"PING","host":"h","port":1,"id":"1"})"},
        {"a table without entries", reset(0)},
        {"a table of three entries", reset(3)},
        {"a table of a thousand", reset(1'000)},
        {"a table of all the memory", reset(1U << 31)},
        {"a table that knows no infinity", reset(256, 0)},
        {"a patch of nothing", patch(std::string(256, '\0'))},
        {"a patch out of sequence", reset(256) + patch(std::string(128, '\0'), 2, 2)},
        {"a patch beyond the last", reset(256) + patch(std::string(256, '\0'), 2, 1)},
        {"patch zero of none", reset(256) + patch("", 0, 0)},
        {"a patch of three bits", reset(256) + patch(std::string(96, '\0'), 1, 1, 0, 3)},
        {"a patch of no bits", reset(256) + patch("", 1, 1, 0, 0)},
        {"a patch that is too long", reset(256) + patch(std::string(257, '\0'))},
        {"a patch that is too short", reset(256) + patch(std::string(255, '\0'))},
        {"a patch compressed by nobody knows what", reset(256) + patch(std::string(256, '\0'), 1, 1, 9)},
        {"a patch that is not compressed", reset(256) + patch(std::string(256, 'x'), 1, 1, 1)},
        {"a patch that inflates too far", reset(256) + patch(bomb(60'000'000), 1, 1, 1)},
    };
    std::uint64_t bad = 0;
    for (const auto& [what, bytes] : inputs) {
        SCOPED_TRACE(what);
        const auto raw = neighbour();
        raw->try_send(bytes);
        expect_bye_400(*raw);
        EXPECT_EQ(counter("bad_messages"), ++bad);
    }
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, IsDroppedAndCountedAndTheStreamGoesOn) {
    start();
    const std::string self = bytes_of(node->peer().identity());
    const std::string query = RawServent::query_for("still");
    const std::uint8_t ping = RawServent::ping, pong = RawServent::pong, hit = RawServent::query_hit;
    const std::string some_pong = u16(6346) + here + u32(1) + u32(1);
    const std::string unknown_vendor = "ABCD" + u16(77) + u16(1);
    const auto of = [](std::uint8_t type, const std::string& payload, std::uint8_t ttl = 3) {
        return RawServent::message(type, payload, ttl);
    };
    const struct {
        std::string_view what;
        std::string bytes;
        std::string_view counter;
    } inputs[] = {
        {"a type that nobody knows", of(0x55, "what is this"), "unknown_messages"},
        {"the highest TTL", of(RawServent::query, query, 255), "expired_queries"},
        {"no TTL", of(RawServent::query, query, 0), "expired_queries"},
        {"the most hops", with_hops(of(RawServent::query, query, 7), 255), "expired_queries"},
        {"a query without a field", of(RawServent::query, ""), "unreadable_messages"},
        {"a query cut short", of(RawServent::query, "\x80"), "unreadable_messages"},
        {"a query without an end", of(RawServent::query, std::string("\x80\0x", 3)), "unreadable_messages"},
        {"a query of too much", of(RawServent::query, RawServent::query_for(std::string(4'096, 'x'))),
         "unreadable_messages"},
        {"a query that has been",
         RawServent::message(RawServent::query, query, 2, std::string(16, 'D')) +
             RawServent::message(RawServent::query, query, 2, std::string(16, 'D')),
         "duplicate_queries"},
        {"a pong cut short", of(pong, "short"), "unreadable_messages"},
        {"a pong that nobody asked for", of(pong, some_pong), "unexpected_pongs"},
        {"such a pong without a TTL", of(pong, some_pong, 0), "unexpected_pongs"},
        {"such a pong with the highest TTL and the most hops", with_hops(of(pong, some_pong, 255), 255),
         "unexpected_pongs"},
        {"a hit cut short", of(hit, "short"), "unreadable_messages"},
        {"a hit that counts more than there are", of(hit, hit_with("n", "", "", 255)), "unreadable_messages"},
        {"a hit for a query that was never made", of(hit, hit_with("n", "", "")), "unexpected_hits"},
        {"a push cut short", of(RawServent::push, self), "unreadable_messages"},
        {"a push to nobody", of(RawServent::push, push_for(std::string(16, 'N'), here, 6346)), "unroutable_pushes"},
        {"a push to no port", of(RawServent::push, push_for(self, here, 0)), "refused_pushes"},
        {"a push to a port of the system", of(RawServent::push, push_for(self, here, 25)), "refused_pushes"},
        {"a push to no host", of(RawServent::push, push_for(self, std::string(4, '\0'), 6346)), "refused_pushes"},
        {"a push to all hosts", of(RawServent::push, push_for(self, "\xFF\xFF\xFF\xFF", 6346)), "refused_pushes"},
        {"a BYE without a code", of(RawServent::bye, ""), "unreadable_messages"},
        {"a BYE with half a code", of(RawServent::bye, "\xC8"), "unreadable_messages"},
        {"a table's change of no kind", of(0x30, ""), "unreadable_messages"},
        {"a table's change of an unknown kind", of(0x30, "\x07more"), "unreadable_messages"},
        {"a table's beginning cut short", of(0x30, std::string("\0\1", 2)), "unreadable_messages"},
        {"a vendor's message cut short", of(0x31, "BEAR"), "unreadable_messages"},
        {"a message of an unknown vendor", vendor("ABCD", 77, "anything"), "unknown_messages"},
        {"such a message without a TTL", of(0x31, unknown_vendor, 0), "unknown_messages"},
        {"such a message with the highest TTL and the most hops", with_hops(of(0x31, unknown_vendor, 255), 255),
         "unknown_messages"},
        {"a push proxy that nobody asked", vendor("LIME", 22, here + u16(6346)), "unknown_messages"},
        {"pings without end",
         of(ping, "", 1) + of(ping, "", 1) + of(ping, "", 1) + of(ping, "", 1) + of(ping, "", 1) + of(ping, "", 1),
         "excess_pings"},
    };
    const auto good = neighbour();
    const auto raw = neighbour();
    for (const auto& [what, bytes, name] : inputs) {
        SCOPED_TRACE(what);
        const std::uint64_t before = counter(name);
        raw->send(bytes);
        expect_an_answer(*raw);
        EXPECT_EQ(counter(name), before + 1) << name;
    }
    EXPECT_EQ(counter("bad_messages"), 0U);
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, InExtensionsCountsAsNotThere) {
    start();
    const std::pair<std::string_view, std::string> inputs[] = {
        {"GGEP that inflates without end", ggep("H", bomb(3'000'000), last | compressed)},
        {"GGEP that is not deflated", ggep("H", "\x01 this is not deflated", last | compressed)},
        {"GGEP that is not encoded", ggep("H", "\xFF\xFF", last | with_cobs)},
        {"GGEP of nothing", "\xC3"},
        {"GGEP that is longer than the message", std::string("\xC3\x81H\xBF\xBF\x7F", 6) + "x"},
        {"GGEP whose length has no end", std::string("\xC3\x81H\x80\x80\x80\x80", 7)},
        {"GGEP with a reserved flag", ggep("H", std::string(21, 'x'), 0x90)},
        {"GGEP without a name", std::string("\xC3\x80\x40", 3)},
        {"GGEP without a last extension", ggep("H", std::string(21, 'x'), 0)},
        {"a hash of the wrong length", ggep("H", "\1short")},
        {"a URN that is none", "urn:sha1:THIS-IS-NO-BASE-32"},
        {"separators", std::string(3'000, '\x1C')},
        {"XML without an end", "<?xml version=\"1.0\"?><" + std::string(3'000, 'x')},
    };
    const auto good = neighbour();
    const auto raw = neighbour();
    for (const auto& [what, extension] : inputs) {
        SCOPED_TRACE(what);
        const std::string id = RawServent::some_id();
        const std::string query = std::string("\x80\0", 2) + "still" + '\0' + extension;
        raw->send(RawServent::message(RawServent::query, query, 2, id));
        const auto hit = raw->receive(RawServent::query_hit);
        ASSERT_TRUE(hit);
        EXPECT_EQ(hit->id, id);
        EXPECT_THAT(hit->payload, HasSubstr(shared));
    }
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, InHitsAndPongsCountsAsNotThere) {
    start();
    const auto good = neighbour();
    const auto raw = neighbour();
    const std::string endless = bomb(50'000'000);
    const auto asked = raw->receive(RawServent::ping);  // for hosts
    ASSERT_TRUE(asked);
    const std::string pong = u16(6346) + here + u32(1) + u32(1);
    raw->send(RawServent::message(RawServent::pong, pong + ggep("IPP", endless, last | compressed), 1, asked->id));
    Query query = node->peer().query("moon");
    const auto search = raw->receive(RawServent::query);
    ASSERT_TRUE(search);
    const std::pair<std::string, std::string> hits[] = {
        {hit_with("moon 1", "", ggep("PUSH", endless, last | compressed)), "moon 1"},
        {hit_with("moon 2", "", ggep("BH", endless, last | compressed | with_cobs)), "moon 2"},
        {hit_with("moon 3", "\xC3\x81H\xBF\xBF\x7F", ""), "moon 3"},
        {hit_with("moon 4", "urn:sha1:NONE", std::string("\xC3\x80", 2)), "moon 4"},
        {hit_with("moon with a size of no bytes", ggep("LF", ""), ""), "moon with a size of no bytes"},
        {hit_with("moon with a size of nine", ggep("LF", std::string(9, '\1')), ""), "moon with a size of nine"},
        {hit_with("moon with a size of many", ggep("LF", std::string(3'000, '\1')), ""), "moon with a size of many"},
    };
    for (const auto& [payload, name] : hits) {
        raw->send(RawServent::message(RawServent::query_hit, payload, 3, search->id));
        const auto hit = get(query.async_next(use_future));
        ASSERT_TRUE(hit) << name;
        EXPECT_EQ(hit->name, name);
        EXPECT_EQ(hit->size, 1'234U) << name;
        EXPECT_FALSE(hit->urn) << name;
        EXPECT_TRUE(hit->push_proxies.empty()) << name;
    }
    for (const std::string& name : {std::string("../../etc/passwd"), std::string("/etc/passwd"), std::string(".."),
                                    std::string("a\x1B[2Jb"), std::string()}) {
        raw->send(RawServent::message(RawServent::query_hit, hit_with(name, "", ""), 3, search->id));
    }
    raw->send(RawServent::message(RawServent::query_hit, hit_with("moon 5", "", ""), 3, search->id));
    const auto next = get(query.async_next(use_future));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->name, "moon 5") << "none of those whose name is no file's";
    EXPECT_EQ(counter("unexpected_pongs"), 0U);
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, InAByeEndsTheSessionAsAnyOther) {
    start();
    const auto good = neighbour();
    const std::pair<std::string, std::string> byes[] = {
        {u16(0) + "the lowest code" + '\0', "the lowest code"},
        {u16(65'535) + "the highest code" + '\0', "the highest code"},
        {u16(200), ""},
        {u16(200) + "no end", "no end"},
        {u16(200) + std::string(60'000, 'x'), std::string(256, 'x')},
    };
    for (const auto& [payload, text] : byes) {
        const auto raw = neighbour();
        raw->send_message(RawServent::bye, payload, 1);
        EXPECT_TRUE(raw->ends()) << text;
        const auto closed = node->wait_for<SessionClosed>(
            [&, &wanted = text](const SessionClosed& each) { return each.text == wanted; });
        EXPECT_EQ(closed.reason, Error::left) << text;
    }
    EXPECT_EQ(counter("bad_messages") + counter("unreadable_messages"), 0U);
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, OfTtlsAndHopsAtTheirEndsIsTakenWithinBounds) {
    start();
    const auto good = neighbour();
    const std::string far_away = u16(7'255);
    std::vector<std::unique_ptr<RawServent>> all;
    for (const auto& [ttl, hops] : {std::pair{0, 0}, {0, 255}, {255, 0}, {255, 255}}) {
        SCOPED_TRACE(std::to_string(ttl) + ", " + std::to_string(hops));
        RawServent& raw = *all.emplace_back(neighbour());
        const auto send = [&, ttl = static_cast<std::uint8_t>(ttl), hops = static_cast<std::uint8_t>(hops)](
                              std::uint8_t type, const std::string& payload, const std::string& id) {
            raw.send(with_hops(RawServent::message(type, payload, ttl, id), hops));
        };
        const auto asked = raw.receive(RawServent::ping);  // for hosts
        ASSERT_TRUE(asked);
        send(RawServent::pong, (hops == 0 ? u16(7'000) : far_away) + here + u32(1) + u32(1), asked->id);
        const std::string id = RawServent::some_id();
        send(RawServent::ping, "", id);
        const auto pong = raw.receive(RawServent::pong);
        ASSERT_TRUE(pong);
        EXPECT_EQ(pong->id, id);
        EXPECT_EQ(pong->hops, 0);
        EXPECT_GE(pong->ttl, 1);
        // Hops Flow: no query that has come over a hop is wanted.
        send(0x31, "BEAR" + u16(4) + u16(1) + '\1', RawServent::some_id());
        expect_an_answer(raw);
        good->send_message(RawServent::query, RawServent::query_for("over a hop"), 4);
        expect_an_answer(*good);
        raw.send_message(RawServent::query, RawServent::query_for("still"), 2);
        for (auto next = raw.receive(); next && next->type != RawServent::query_hit; next = raw.receive()) {
            EXPECT_NE(next->type, RawServent::query);
        }
    }
    EXPECT_EQ(counter("unexpected_pongs") + counter("unknown_messages") + counter("unreadable_messages"), 0U);
    // Others are told of hosts that are near, and of none that is so far away.
    RawServent& raw = *all.emplace_back(neighbour());
    raw.send_message(RawServent::ping, "", 7);
    raw.send_message(RawServent::query, RawServent::query_for("still"), 2);
    std::vector<std::string> ports;
    for (auto next = raw.receive(); next && next->type != RawServent::query_hit; next = raw.receive()) {
        if (next->type == RawServent::pong) {
            ports.push_back(next->payload.substr(0, 2));
        }
    }
    EXPECT_THAT(ports, Contains(u16(7'000)));
    EXPECT_THAT(ports, Not(Contains(far_away)));
    expect_it_goes_on(*good);
}

// Its number is whatever a hit once said, and none when a list of all files is wanted: what counts is what is asked
// for over the connection.
TEST_P(GnutellaBadInput, OfAPushForAFileThatIsNotThereIsAnsweredWhenTheFileIsAskedFor) {
    start();
    const auto good = neighbour();
    const auto raw = neighbour();
    RawListener listener;
    raw->send_message(RawServent::push,
                      push_for(bytes_of(node->peer().identity()), here, listener.endpoint().port, 999));
    RawServent pushed(listener.accept());
    EXPECT_THAT(pushed.receive_until("\n\n"), StartsWith("GIV 999:"));
    pushed.send("GET /get/999/still%20here.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(pushed.receive_block(), StartsWith("HTTP/1.1 404 "));
    EXPECT_EQ(counter("pushes_given"), 1U);
    EXPECT_EQ(counter("uploads"), 0U);
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, OfAThousandGuidsASecondTakesNoMoreAndMoreMemory) {
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_routes = settings.max_push_routes = 1'000;
    start(settings);
    const auto good = neighbour();
    const auto raw = neighbour();
    const auto storm = [&] {
        std::string queries;
        for (int at = 0; at < 20'000; ++at) {
            queries += RawServent::message(RawServent::query, RawServent::query_for("nobody has this"), 1);
        }
        raw->send(queries);
        expect_an_answer(*raw);
        expect_an_answer(*good);
        return ::mallinfo2().uordblks;  // nothing under a sanitizer, which has an allocator of its own
    };
    storm();
    const std::size_t before = storm();
    const std::size_t after = storm();
    EXPECT_LT(after, before + 1'000'000) << "20,000 queries more";
    EXPECT_EQ(counter("excess_queries"), 0U);
    EXPECT_EQ(counter("queries_handled"), 3 * (20'000U + 2));
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadInput, OfANeighbourThatReadsNothingDoesNotHoldUpTheOthers) {
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_send_queue = 128 * 1024;
    start(settings);
    const auto stuck = neighbour();
    const auto reader = neighbour();
    const auto sender = neighbour();
    node->wait_for_sessions(3);
    std::thread sending([&] {
        std::string noise(900, ' ');
        for (int at = 0; at < 20'000; ++at) {
            for (char& letter : noise) {
                letter = static_cast<char>('a' + std::rand() % 26);  // random: it must not shrink to nothing
            }
            sender->send_message(RawServent::query, RawServent::query_for(noise));
        }
        sender->send_message(RawServent::query, RawServent::query_for("the last one"));
    });
    auto received = reader->receive(RawServent::query);
    while (received && received->payload.find("the last one") == std::string::npos) {
        received = reader->receive(RawServent::query);
    }
    sending.join();
    EXPECT_TRUE(received);
    EXPECT_GT(counter("dropped_from_queues"), 0U);
    expect_it_goes_on(*sender);
}

// Gnutella 0.6, 3.1.
TEST_P(GnutellaBadInput, OfANeighbourThatAsksAndDoesNotReadIsNotHeardUntilItDoes) {
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_send_queue = 128 * 1024;
    start(settings);
    for (int file = 0; file < 64; ++file) {
        std::string noise;
        for (int at = 0; at < 150; ++at) {
            noise += static_cast<char>('a' + std::rand() % 26);
        }
        node->share().write("moon " + noise + std::to_string(file), "content " + std::to_string(file));
    }
    const auto good = neighbour();
    ASSERT_TRUE(eventually([&] { return node->status().files >= 65; }));
    const auto greedy = neighbour();
    // Each is answered with some 20 KiB; all the buffers on the way to who does not read are full before long.
    std::uint64_t asked = 0;
    while (counter("flow_controlled") == 0) {
        ASSERT_LT(++asked, 100'000U);
        greedy->send(RawServent::message(RawServent::query, RawServent::query_for("moon"), 2));
    }
    expect_it_goes_on(*good);
    const std::uint64_t answered = counter("queries_answered");
    // What waits for it is read, and it is heard again.
    std::thread asking([&] {
        for (int at = 0; at < 1'000 && counter("queries_answered") == answered; ++at) {
            greedy->send(RawServent::message(RawServent::query, RawServent::query_for("still"), 2));
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    auto hit = greedy->receive(RawServent::query_hit);
    while (hit && hit->payload.find(shared) == std::string::npos) {
        hit = greedy->receive(RawServent::query_hit);
    }
    asking.join();
    EXPECT_TRUE(hit);
}

// ---- in what is around it ----

using GnutellaBadDeflate = Attacked;
INSTANTIATE_TEST_SUITE_P(EachWay, GnutellaBadDeflate, testing::Values(deflated, deflated_in_tls), name_of_way);

TEST_P(GnutellaBadDeflate, ThatIsNoneEndsTheSession) {
    start();
    const auto good = neighbour();
    const auto raw = neighbour();
    raw->try_send_raw(RawServent::message(RawServent::ping, "", 1));
    const auto bye = raw->receive(RawServent::bye);
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->payload.substr(0, 2), u16(400));
    EXPECT_THAT(bye->payload, HasSubstr("deflated"));
    EXPECT_TRUE(raw->ends());
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadDeflate, ThatBecomesTooMuchEndsTheSession) {
    start();
    const auto good = neighbour();
    const auto raw = neighbour();
    // Messages of an unknown type, which cost nothing but their bytes.
    const std::string zeros = RawServent::message(0x55, std::string(60'000, '\0'));
    std::string all;
    for (int at = 0; at < 100; ++at) {
        all += zeros;
    }
    raw->try_send(all);
    const auto bye = raw->receive(RawServent::bye);
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->payload.substr(0, 2), u16(400));
    EXPECT_THAT(bye->payload, HasSubstr("too much"));
    EXPECT_TRUE(raw->ends());
    expect_it_goes_on(*good);
}

}  // namespace
}  // namespace gnutella::test
