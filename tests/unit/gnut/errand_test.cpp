#include "errand.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>

namespace gnut {
namespace {

using gnutella::Error;

// gnut(1), "EXIT STATUS".
TEST(ExitCode, IsOneWhereNobodyHasTheFileOrAnswersInTime) {
    for (const Error error :
         {Error::no_pong, Error::handshake_timed_out, Error::connect_timed_out, Error::no_source,
          Error::source_lacks_file, Error::size_mismatch, Error::source_lied, Error::hash_mismatch}) {
        EXPECT_EQ(exit_code_of(error), ExitCode::not_found) << gnutella::error_code(error).message();
    }
}

TEST(ExitCode, IsTwoForAQueryThatNobodyWouldTake) {
    EXPECT_EQ(exit_code_of(Error::bad_query), ExitCode::wrong_usage);
}

TEST(ExitCode, IsThreeWhereTheNetworkOrADiskFails) {
    for (const Error error : {Error::cannot_resolve, Error::cannot_connect, Error::source_closed, Error::disk_full,
                              Error::port_in_use, Error::file_exists}) {
        EXPECT_EQ(exit_code_of(error), ExitCode::failed) << gnutella::error_code(error).message();
    }
    EXPECT_EQ(exit_code_of(boost::asio::error::no_descriptors), ExitCode::failed);
}

}  // namespace
}  // namespace gnut
