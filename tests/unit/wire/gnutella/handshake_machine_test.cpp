#include "wire/gnutella/handshake_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gnutella::wire {
namespace {

using Next = HandshakeMachine::Next;
using Side = HandshakeMachine::Side;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

HandshakeHeaders named(std::string_view agent) {
    HandshakeHeaders headers;
    headers.user_agent = agent;
    return headers;
}

HandshakeHeaders able(std::string_view agent) {
    HandshakeHeaders headers = named(agent);
    headers.accepts_deflate = headers.sends_deflate = headers.offers_tls = true;
    return headers;
}

/// Two machines that have spoken with one another until both are open.
struct Conversation {
    Conversation(HandshakeHeaders connecting, HandshakeHeaders accepting)
        : connector(Side::connector, std::move(connecting)), acceptor(Side::acceptor, std::move(accepting)) {
        request = connector.start().send;
        EXPECT_EQ(acceptor.feed(request).next, Next::decide);
        auto step = acceptor.accept();
        EXPECT_EQ(step.next, Next::more);
        answer = step.send;
        EXPECT_EQ(connector.feed(answer).next, Next::decide);
        step = connector.accept();
        EXPECT_EQ(step.next, Next::open);
        last_word = step.send;
        EXPECT_EQ(acceptor.feed(last_word).next, Next::open);
    }

    HandshakeMachine connector;
    HandshakeMachine acceptor;
    std::string request;
    std::string answer;
    std::string last_word;
};

TEST(HandshakeMachine, KnowsByTheFirstByteThatTheAnswerIsNone) {
    for (const std::string_view answer : {"S", "HTTP/1.0 400 Bad", "{", "gnutella/0.6"}) {
        HandshakeMachine machine(HandshakeMachine::Side::connector, {});
        EXPECT_EQ(machine.feed(answer).next, HandshakeMachine::Next::closed) << answer;
        EXPECT_FALSE(machine.problem().empty());
    }
    HandshakeMachine machine(HandshakeMachine::Side::connector, {});
    for (const char letter : std::string_view("GNUTELLA/0.6 200")) {
        EXPECT_EQ(machine.feed({&letter, 1}).next, HandshakeMachine::Next::more);
    }
    EXPECT_EQ(machine.feed(" OK\r\n\r\n").next, HandshakeMachine::Next::decide);
}

TEST(HandshakeMachine, TwoOfThemComeToAnAgreement) {
    const Conversation talk(able("one/1"), able("two/2"));
    EXPECT_THAT(talk.request, StartsWith("GNUTELLA CONNECT/0.6\r\n"));
    EXPECT_THAT(talk.answer, StartsWith("GNUTELLA/0.6 200 OK\r\n"));
    EXPECT_THAT(talk.last_word, StartsWith("GNUTELLA/0.6 200 OK\r\n"));
    EXPECT_EQ(talk.acceptor.theirs().user_agent, "one/1");
    EXPECT_EQ(talk.connector.theirs().user_agent, "two/2");
    for (const HandshakeMachine* machine : {&talk.connector, &talk.acceptor}) {
        EXPECT_TRUE(machine->agreed().sends_deflated);
        EXPECT_TRUE(machine->agreed().receives_deflated);
        EXPECT_TRUE(machine->agreed().upgrades_to_tls);
        EXPECT_FALSE(machine->agreed().old_version);
    }
}

// "Gnutella Traffic Compression", 3: the first example.
TEST(HandshakeMachine, NegotiatesCompressionAsTheSpecificationShows) {
    const Conversation talk(able("one"), able("two"));
    EXPECT_THAT(talk.request, HasSubstr("Accept-Encoding: deflate\r\n"));
    EXPECT_THAT(talk.request, Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(talk.answer, HasSubstr("Accept-Encoding: deflate\r\n"));
    EXPECT_THAT(talk.answer, HasSubstr("Content-Encoding: deflate\r\n"));
    EXPECT_THAT(talk.last_word, HasSubstr("Content-Encoding: deflate\r\n"));
}

TEST(HandshakeMachine, EachDirectionIsCompressedWhenItsTwoEndsWantIt) {
    for (const bool first_sends : {false, true}) {
        for (const bool first_accepts : {false, true}) {
            for (const bool second_sends : {false, true}) {
                for (const bool second_accepts : {false, true}) {
                    HandshakeHeaders one = named("one");
                    one.sends_deflate = first_sends;
                    one.accepts_deflate = first_accepts;
                    HandshakeHeaders two = named("two");
                    two.sends_deflate = second_sends;
                    two.accepts_deflate = second_accepts;
                    const Conversation talk(one, two);
                    const bool there = first_sends && second_accepts;
                    const bool back = second_sends && first_accepts;
                    EXPECT_EQ(talk.connector.agreed().sends_deflated, there);
                    EXPECT_EQ(talk.acceptor.agreed().receives_deflated, there);
                    EXPECT_EQ(talk.acceptor.agreed().sends_deflated, back);
                    EXPECT_EQ(talk.connector.agreed().receives_deflated, back);
                }
            }
        }
    }
}

// gnet-TLS-upgrade, 2.
TEST(HandshakeMachine, UpgradesToTlsOnlyWhenBothCan) {
    const Conversation both(able("one"), able("two"));
    EXPECT_THAT(both.request, HasSubstr("Upgrade: TLS/1.0\r\n"));
    EXPECT_THAT(both.request, Not(HasSubstr("Connection:")));
    EXPECT_THAT(both.answer, HasSubstr("Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n"));
    EXPECT_THAT(both.last_word, HasSubstr("Connection: Upgrade\r\n"));
    const Conversation connector_only(able("one"), named("two"));
    EXPECT_FALSE(connector_only.connector.agreed().upgrades_to_tls);
    EXPECT_FALSE(connector_only.acceptor.agreed().upgrades_to_tls);
    const Conversation acceptor_only(named("one"), able("two"));
    EXPECT_THAT(acceptor_only.answer, Not(HasSubstr("Upgrade")));
    EXPECT_FALSE(acceptor_only.acceptor.agreed().upgrades_to_tls);
}

TEST(HandshakeMachine, TlsThatTheOtherDoesNotConfirmIsNone) {
    HandshakeMachine acceptor(Side::acceptor, able("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\nUpgrade: TLS/1.0\r\n\r\n");
    acceptor.accept();
    EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\n\r\n").next, Next::open);
    EXPECT_FALSE(acceptor.agreed().upgrades_to_tls);
}

TEST(HandshakeMachine, LeavesTheFirstMessagesToTheSession) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    const std::string request = "GNUTELLA CONNECT/0.6\r\n\r\n";
    EXPECT_EQ(acceptor.feed(request).consumed, request.size());
    acceptor.accept();
    const std::string last = "GNUTELLA/0.6 200 OK\r\n\r\n";
    const auto step = acceptor.feed(last + "0123456789abcdef and more\r\n\r\n");
    EXPECT_EQ(step.next, Next::open);
    EXPECT_EQ(step.consumed, last.size());
}

TEST(HandshakeMachine, ReadsWordsThatComeAByteAtATime) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    const std::string request = "GNUTELLA CONNECT/0.6\r\nUser-Agent: slow\r\n\r\n";
    for (std::size_t at = 0; at < request.size(); ++at) {
        const auto step = acceptor.feed(std::string_view(request).substr(at, 1));
        EXPECT_EQ(step.next, at + 1 < request.size() ? Next::more : Next::decide) << at;
        EXPECT_EQ(step.consumed, 1U);
    }
    EXPECT_EQ(acceptor.theirs().user_agent, "slow");
}

TEST(HandshakeMachine, TheLastWordAddsToTheFirst) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\nUser-Agent: one\r\nX-Ultrapeer: True\r\n\r\n");
    acceptor.accept();
    acceptor.feed("GNUTELLA/0.6 200 OK\r\nX-Ultrapeer: False\r\n\r\n");
    EXPECT_EQ(acceptor.theirs().user_agent, "one");
    EXPECT_EQ(acceptor.theirs().ultrapeer, false) << "it has become our leaf";
}

// Whether they are welcome was decided by it.
TEST(HandshakeMachine, TheLastWordDoesNotSayWhoTheyAre) {
    constexpr std::string_view one = "GUID: 01020304050607080910111213141516\r\n";
    constexpr std::string_view other = "GUID: ffffffffffffffffffffffffffffffff\r\n";
    for (const std::string_view first : {one, std::string_view()}) {
        HandshakeMachine acceptor(Side::acceptor, named("two"));
        acceptor.feed("GNUTELLA CONNECT/0.6\r\n" + std::string(first) + "\r\n");
        const auto guid = acceptor.theirs().guid;
        EXPECT_EQ(guid.has_value(), !first.empty());
        acceptor.accept();
        EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\n" + std::string(other) + "\r\n").next, Next::open);
        EXPECT_EQ(acceptor.theirs().guid, guid);
    }
}

TEST(HandshakeMachine, WhatWeSayCanBeChangedBeforeWeAccept) {
    HandshakeHeaders ours = named("one");
    ours.ultrapeer = true;
    HandshakeMachine connector(Side::connector, ours);
    connector.feed("GNUTELLA/0.6 200 OK\r\nX-Ultrapeer: True\r\nX-Ultrapeer-Needed: False\r\n\r\n");
    connector.ours().ultrapeer = false;
    EXPECT_THAT(connector.accept().send, HasSubstr("X-Ultrapeer: False\r\n"));
}

TEST(HandshakeMachine, TakesHigherVersionsForItsOwn) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    EXPECT_EQ(acceptor.feed("GNUTELLA CONNECT/0.7\r\n\r\n").next, Next::decide);
    EXPECT_THAT(acceptor.accept().send, StartsWith("GNUTELLA/0.6 200 OK\r\n"));
    HandshakeMachine connector(Side::connector, named("one"));
    EXPECT_EQ(connector.feed("GNUTELLA/1.0 200 OK\r\n\r\n").next, Next::decide);
}

// ---- 0.4 ----

TEST(HandshakeMachine, AnswersTheOldVersionInItsWords) {
    HandshakeMachine acceptor(Side::acceptor, able("two"));
    const auto step = acceptor.feed("GNUTELLA CONNECT/0.4\n\n0123456789abcdef");
    EXPECT_EQ(step.next, Next::decide);
    EXPECT_EQ(step.consumed, 22U);
    EXPECT_TRUE(acceptor.agreed().old_version);
    const auto accepted = acceptor.accept();
    EXPECT_EQ(accepted.next, Next::open);
    EXPECT_EQ(accepted.send, "GNUTELLA OK\n\n");
    EXPECT_FALSE(acceptor.agreed().sends_deflated);
    EXPECT_FALSE(acceptor.agreed().upgrades_to_tls);
}

TEST(HandshakeMachine, AnOldPeerThatIsRefusedIsSentNothing) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.4\n\n");
    const auto step = acceptor.refuse({}, {});
    EXPECT_EQ(step.next, Next::closed);
    EXPECT_EQ(step.send, "");
}

TEST(HandshakeMachine, AnAnswerOfTheOldVersionIsNotTaken) {
    for (const char* answer : {"GNUTELLA OK\n\n", "GNUTELLA/0.4 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"}) {
        HandshakeMachine connector(Side::connector, named("one"));
        EXPECT_EQ(connector.feed(answer).next, Next::closed) << answer;
        EXPECT_THAT(connector.problem(), Not(IsEmpty()));
    }
}

// ---- refusals ----

TEST(HandshakeMachine, RefusesWithACodeAndOthersToTry) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n");
    const std::vector<Endpoint> others{{"192.0.2.1", 6346}, {"2001:db8::1", 6347}};
    const auto step = acceptor.refuse({403, "Not compressed"}, others);
    EXPECT_EQ(step.next, Next::closed);
    EXPECT_EQ(step.send,
              "GNUTELLA/0.6 403 Not compressed\r\nUser-Agent: two\r\n"
              "X-Try-Ultrapeers: 192.0.2.1:6346,[2001:db8::1]:6347\r\n\r\n");
    HandshakeMachine connector(Side::connector, named("one"));
    EXPECT_EQ(connector.feed(step.send).next, Next::refused);
    EXPECT_EQ(connector.refusal().code, 403);
    EXPECT_EQ(connector.refusal().reason, "Not compressed");
    EXPECT_EQ(connector.theirs().try_ultrapeers, others);
}

TEST(HandshakeMachine, TheConnectorMayRefuseToo) {
    HandshakeMachine connector(Side::connector, named("one"));
    connector.feed("GNUTELLA/0.6 200 OK\r\n\r\n");
    const auto step = connector.refuse({503, "Enough leaves"}, {});
    EXPECT_EQ(step.next, Next::closed);
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n");
    acceptor.accept();
    EXPECT_EQ(acceptor.feed(step.send).next, Next::refused);
    EXPECT_EQ(acceptor.refusal().reason, "Enough leaves");
}

TEST(HandshakeMachine, AReasonThatTheyGiveHasABound) {
    HandshakeMachine connector(Side::connector, named("one"));
    connector.feed("GNUTELLA/0.6 503 " + std::string(1000, 'x') + "\r\n\r\n");
    EXPECT_EQ(connector.refusal().reason.size(), 128U);
}

// ---- bad input ----

TEST(HandshakeMachine, ClosesOnWhatIsNoHandshake) {
    for (const char* request : {"GET / HTTP/1.1\r\n\r\n", "\r\n\r\n", "GNUTELLA\r\n\r\n"}) {
        HandshakeMachine acceptor(Side::acceptor, named("two"));
        const auto step = acceptor.feed(request);
        EXPECT_EQ(step.next, Next::closed) << request;
        EXPECT_THAT(acceptor.problem(), Not(IsEmpty()));
    }
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n");
    acceptor.accept();
    EXPECT_EQ(acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n").next, Next::closed);
}

TEST(HandshakeMachine, ClosesOnMoreThanItTakes) {
    HandshakeMachine large(Side::acceptor, named("two"));
    const auto step = large.feed("GNUTELLA CONNECT/0.6\r\nA: " + std::string(64 * 1024, 'x'));
    EXPECT_EQ(step.next, Next::closed);
    EXPECT_THAT(step.send, StartsWith("GNUTELLA/0.6 413 "));
    HandshakeMachine slow(Side::acceptor, named("two"));
    Next next = Next::more;
    for (int i = 0; i < 70'000 && next == Next::more; ++i) {
        next = slow.feed("x").next;
    }
    EXPECT_EQ(next, Next::closed);
    HandshakeMachine bad(Side::acceptor, named("two"));
    EXPECT_THAT(bad.feed("GNUTELLA CONNECT/0.6\r\nnot a header\r\n").send, StartsWith("GNUTELLA/0.6 400 "));
}

TEST(HandshakeMachine, EachBlockHasItsOwnBound) {
    HandshakeMachine acceptor(Side::acceptor, named("two"), {.max_size = 100, .max_lines = 4});
    const std::string header = "A: " + std::string(60, 'x') + "\r\n\r\n";
    EXPECT_EQ(acceptor.feed("GNUTELLA CONNECT/0.6\r\n" + header).next, Next::decide);
    acceptor.accept();
    EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\n" + header).next, Next::open);
}

TEST(HandshakeMachine, ClosesOnWhoCompressesUnasked) {
    HandshakeMachine connector(Side::connector, named("one"));
    connector.feed("GNUTELLA/0.6 200 OK\r\nContent-Encoding: deflate\r\n\r\n");
    EXPECT_EQ(connector.accept().next, Next::closed);
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n");
    acceptor.accept();
    EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\nContent-Encoding: deflate\r\n\r\n").next, Next::closed);
}

TEST(HandshakeMachine, WhatTheConnectorPromisesBeforeItCanKnowCountsForNothing) {
    HandshakeMachine acceptor(Side::acceptor, able("two"));
    acceptor.feed(
        "GNUTELLA CONNECT/0.6\r\nContent-Encoding: deflate\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n");
    acceptor.accept();
    EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\n\r\n").next, Next::open);
    EXPECT_FALSE(acceptor.agreed().receives_deflated);
    EXPECT_FALSE(acceptor.agreed().upgrades_to_tls);
}

TEST(HandshakeMachine, BytesOutOfTurnCloseIt) {
    HandshakeMachine acceptor(Side::acceptor, named("two"));
    acceptor.feed("GNUTELLA CONNECT/0.6\r\n\r\n");
    EXPECT_EQ(acceptor.feed("GNUTELLA/0.6 200 OK\r\n\r\n").next, Next::closed);
    HandshakeMachine early(Side::acceptor, named("two"));
    EXPECT_EQ(early.accept().next, Next::closed);
}

}  // namespace
}  // namespace gnutella::wire
