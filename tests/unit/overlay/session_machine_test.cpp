#include "overlay/session_machine.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using Step = SessionMachine::Step;
using State = SessionMachine::State;

const SessionMachine::Times times{5s, 30s, 2};
const Guid ping_id = *Guid::parse("00112233-4455-4677-8899-aabbccddeeff");
const Guid other_id = *Guid::parse("ffeeddcc-bbaa-4988-8766-554433221100");

SessionMachine outgoing() {
    SessionMachine machine(Direction::outgoing, start);
    machine.pinged(ping_id, start);
    return machine;
}

SessionMachine open_session() {
    SessionMachine machine(Direction::incoming, start);
    machine.open();
    return machine;
}

TEST(SessionMachine, TheSideThatConnectedOpensWithThePong) {
    SessionMachine machine = outgoing();
    EXPECT_EQ(machine.state(), State::awaiting_pong);
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::modern), Step::open);
    machine.open();
    EXPECT_TRUE(machine.is_open());
}

TEST(SessionMachine, OnlyALegacyPongMayHaveAnyId) {
    EXPECT_EQ(outgoing().pong_came(other_id, PeerKind::modern), Step::unexpected);
    EXPECT_EQ(outgoing().pong_came(other_id, PeerKind::legacy), Step::open);
    EXPECT_EQ(outgoing().pong_came(Guid{}, PeerKind::legacy), Step::open);
}

TEST(SessionMachine, AWrongPongDoesNotEndTheWaitForTheRightOne) {
    SessionMachine machine = outgoing();
    machine.pong_came(other_id, PeerKind::modern);
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::modern), Step::open);
}

TEST(SessionMachine, TheOtherSideOpensWithThePing) {
    SessionMachine machine(Direction::incoming, start);
    EXPECT_EQ(machine.state(), State::awaiting_ping);
    EXPECT_EQ(machine.ping_came(), Step::answer_and_open);
}

TEST(SessionMachine, AnIncomingSessionBeginsWithNothingButAPing) {
    SessionMachine machine(Direction::incoming, start);
    EXPECT_EQ(machine.message_came(), Step::refuse);
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::legacy), Step::refuse);
}

TEST(SessionMachine, MessagesBeforeThePongArePassedOver) {
    SessionMachine machine = outgoing();
    EXPECT_EQ(machine.message_came(), Step::none);
    EXPECT_EQ(machine.ping_came(), Step::answer);
    EXPECT_EQ(machine.state(), State::awaiting_pong);
}

TEST(SessionMachine, GivesUpAHandshakeThatTakesTooLong) {
    SessionMachine out = outgoing();
    EXPECT_EQ(out.deadline(times), start + 5s);
    EXPECT_EQ(out.time_came(times, start + 5s - 1ms), Step::none);
    EXPECT_EQ(out.time_came(times, start + 5s), Step::give_up);
    EXPECT_EQ(out.failure(), Error::no_pong);
    SessionMachine in(Direction::incoming, start);
    EXPECT_EQ(in.time_came(times, start + 5s), Step::give_up);
    EXPECT_EQ(in.failure(), Error::silent);
}

TEST(SessionMachine, ChatterDoesNotProlongAHandshake) {
    SessionMachine machine = outgoing();
    machine.heard(start + 4s);
    EXPECT_EQ(machine.deadline(times), start + 5s);
}

TEST(SessionMachine, PingsAfterSilenceAndGivesUpAfterTwoUnanswered) {
    SessionMachine machine = open_session();
    EXPECT_EQ(machine.time_came(times, start + 30s - 1ms), Step::none);
    ASSERT_EQ(machine.time_came(times, start + 30s), Step::ping);
    machine.pinged(ping_id, start + 30s);
    EXPECT_EQ(machine.time_came(times, start + 60s - 1ms), Step::none);
    ASSERT_EQ(machine.time_came(times, start + 60s), Step::ping);
    machine.pinged(other_id, start + 60s);
    EXPECT_EQ(machine.time_came(times, start + 90s - 1ms), Step::none);
    EXPECT_EQ(machine.time_came(times, start + 90s), Step::give_up);
    EXPECT_EQ(machine.failure(), Error::silent);
}

TEST(SessionMachine, AnyMessageIsASignOfLife) {
    SessionMachine machine = open_session();
    machine.pinged(ping_id, start + 30s);
    machine.pinged(other_id, start + 60s);
    machine.heard(start + 80s);
    EXPECT_EQ(machine.time_came(times, start + 90s), Step::none);
    EXPECT_EQ(machine.deadline(times), start + 110s);
    EXPECT_EQ(machine.time_came(times, start + 110s), Step::ping) << "the count begins anew";
}

TEST(SessionMachine, TakesAPongThatWasAskedForOnce) {
    SessionMachine machine = open_session();
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::modern), Step::unexpected);
    machine.pinged(ping_id, start + 30s);
    EXPECT_EQ(machine.message_came(), Step::handle);
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::modern), Step::update);
    EXPECT_EQ(machine.pong_came(ping_id, PeerKind::modern), Step::unexpected);
}

TEST(SessionMachine, AnOpenSessionAnswersPings) {
    EXPECT_EQ(open_session().ping_came(), Step::answer);
}

}  // namespace
}  // namespace gnutella::overlay
