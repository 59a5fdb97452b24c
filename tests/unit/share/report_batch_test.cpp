#include "share/report_batch.hpp"

#include <gtest/gtest.h>

namespace gnutella::share {
namespace {

using namespace std::chrono_literals;

class Batch : public ::testing::Test {
  protected:
    static SharedFile file(const std::string& path) { return {"name", path, 1, 2, Urn(Sha1{}, TigerRoot{})}; }

    std::vector<Report> reports_;
    ReportBatch batch_{[this](Report report) { reports_.push_back(std::move(report)); }};
    ReportBatch::Time now_{1h};
};

TEST_F(Batch, AFileIsReportedAsWhatItWasLast) {
    batch_.add(file("/stays"));
    batch_.add(file("/goes"));
    batch_.remove("/goes");
    batch_.remove("/comes back");
    batch_.add(file("/comes back"));
    batch_.report_now();
    ASSERT_EQ(reports_.size(), 1U);
    ASSERT_EQ(reports_[0].added.size(), 2U);
    EXPECT_EQ(reports_[0].added[0].path, "/comes back");
    EXPECT_EQ(reports_[0].added[1].path, "/stays");
    EXPECT_EQ(reports_[0].removed, std::vector<std::filesystem::path>{"/goes"});
}

TEST_F(Batch, NothingIsReportedTwice) {
    batch_.add(file("/a"));
    batch_.leave_out(3);
    batch_.trouble(Error::folder_missing, "/b");
    batch_.read({"/c", 1, 2});
    batch_.report_now();
    batch_.report_now();
    ASSERT_EQ(reports_.size(), 1U);
    EXPECT_EQ(reports_[0].left_out, 3U);
    EXPECT_EQ(reports_[0].troubles.size(), 1U);
    EXPECT_EQ(reports_[0].read.size(), 1U);
}

TEST_F(Batch, AThousandFilesAreReportedAtOnceFewerAfterAWhile) {
    batch_.add(file("/first"));
    batch_.report_when_worthwhile(now_);
    batch_.report_when_worthwhile(now_ + 99ms);
    EXPECT_TRUE(reports_.empty());
    batch_.report_when_worthwhile(now_ + 100ms);
    EXPECT_EQ(reports_.size(), 1U);
    for (int number = 0; number < 1'000; ++number) {
        batch_.add(file("/" + std::to_string(number)));
    }
    batch_.report_when_worthwhile(now_);
    EXPECT_EQ(reports_.size(), 2U);
    EXPECT_FALSE(reports_.back().settled);
}

TEST_F(Batch, ThatAllIsSettledIsReportedOnceAfterWhateverCameUp) {
    batch_.report_settled();
    EXPECT_TRUE(reports_.empty()) << "nothing ever came up";
    batch_.add(file("/a"));
    batch_.report_now();
    batch_.report_settled();
    batch_.report_settled();
    ASSERT_EQ(reports_.size(), 2U);
    EXPECT_FALSE(reports_[0].settled);
    EXPECT_TRUE(reports_[1].settled);
    batch_.add(file("/b"));
    batch_.report_settled();
    ASSERT_EQ(reports_.size(), 3U);
    EXPECT_TRUE(reports_[2].settled);
    EXPECT_EQ(reports_[2].added.size(), 1U);
}

TEST_F(Batch, ThatAllIsSettledIsReportedToWhoeverWaitsForIt) {
    batch_.expect_settled();
    batch_.report_settled();
    batch_.report_settled();
    EXPECT_EQ(reports_.size(), 1U);
}

TEST_F(Batch, TroublesAreBounded) {
    for (int number = 0; number < 1'000; ++number) {
        batch_.trouble(Error::file_unreadable, "/file");
    }
    batch_.report_now();
    EXPECT_EQ(reports_[0].troubles.size(), 64U);
}

}  // namespace
}  // namespace gnutella::share
