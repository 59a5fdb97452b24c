#include "complaint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using gnutella::Error;
using testing::EndsWith;

TEST(Complaint, OfADownloadSaysThatWhatCameOfItIsKept) {
    EXPECT_THAT(complaint_about_download("a.bin", Error::source_closed, Kept::on_disk),
                EndsWith("; try again to go on from here"));
    EXPECT_THAT(complaint_about_download("a.bin", Error::cannot_connect, Kept::on_disk),
                EndsWith("check the host and the port; what has come of it is kept for a later get"));
    EXPECT_THAT(complaint_about_download("a.bin", Error::cannot_connect, Kept::nowhere),
                EndsWith("check the host and the port"));
}

TEST(Complaint, OfADownloadThatWasThrownAwayDoesNotSayThatItIsKept) {
    EXPECT_THAT(complaint_about_download("a.bin", Error::hash_mismatch, Kept::on_disk), EndsWith("try another peer"));
}

}  // namespace
}  // namespace gnut
