#include "net/dialect_attempts.hpp"

#include <gtest/gtest.h>

namespace gnutella::net {
namespace {

using Next = DialectAttempts::Next;

DialectAttempts both() {
    return DialectAttempts({Dialect::json, Dialect::gnutella});
}

TEST(DialectAttempts, GoOnInTheNextDialectWhenTheFirstIsNotUnderstood) {
    for (const Error reason : {Error::lost, Error::bad_message, Error::message_too_large, Error::no_pong}) {
        DialectAttempts attempts = both();
        EXPECT_EQ(attempts.current(), Dialect::json);
        EXPECT_EQ(attempts.failed(reason, ""), Next::try_current);
        EXPECT_EQ(attempts.current(), Dialect::gnutella);
        EXPECT_FALSE(attempts.has_another());
    }
}

TEST(DialectAttempts, EndWhenNoDialectWillDo) {
    for (const Error reason : {Error::cannot_resolve, Error::cannot_connect, Error::connect_timed_out, Error::refused,
                               Error::connected_to_self, Error::already_connected, Error::handshake_refused}) {
        DialectAttempts attempts = both();
        EXPECT_EQ(attempts.failed(reason, "words"), Next::give_up);
        EXPECT_EQ(attempts.reason(), reason);
        EXPECT_EQ(attempts.text(), "words");
    }
}

TEST(DialectAttempts, TellWhatTheFarEndSaidInTheDialectThatItSpeaks) {
    DialectAttempts attempts = both();
    attempts.failed(Error::lost, "");
    EXPECT_EQ(attempts.failed(Error::handshake_refused, "503 Too many leaves"), Next::give_up);
    EXPECT_EQ(attempts.reason(), Error::handshake_refused);
    EXPECT_EQ(attempts.text(), "503 Too many leaves");
}

TEST(DialectAttempts, TellThatTheFarEndIsSomethingElse) {
    DialectAttempts attempts = both();
    attempts.failed(Error::bad_message, "");
    EXPECT_EQ(attempts.failed(Error::lost, ""), Next::give_up);
    EXPECT_EQ(attempts.reason(), Error::not_gnutella);
}

TEST(DialectAttempts, TellOfSilenceBeforeAnythingElse) {
    DialectAttempts attempts = both();
    attempts.failed(Error::no_pong, "");
    attempts.failed(Error::handshake_timed_out, "");
    EXPECT_EQ(attempts.reason(), Error::no_pong);
    attempts = both();
    attempts.failed(Error::lost, "");
    attempts.failed(Error::handshake_timed_out, "");
    EXPECT_EQ(attempts.reason(), Error::handshake_timed_out);
}

TEST(DialectAttempts, WithOneDialectTellWhatHappenedInIt) {
    DialectAttempts attempts({Dialect::json});
    EXPECT_EQ(attempts.failed(Error::lost, ""), Next::give_up);
    EXPECT_EQ(attempts.reason(), Error::lost);
}

}  // namespace
}  // namespace gnutella::net
