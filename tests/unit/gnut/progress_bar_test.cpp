#include "progress_bar.hpp"

#include <gtest/gtest.h>

namespace gnut {
namespace {

gnutella::DownloadProgress progress(std::uint64_t received, std::uint64_t size, double rate) {
    gnutella::DownloadProgress progress;
    progress.received = received;
    progress.verified = received;
    progress.size = size;
    progress.rate = rate;
    return progress;
}

TEST(ProgressBar, ShowsShareBytesRateAndTimeLeft) {
    EXPECT_EQ(render_progress(progress(1'700'000, 3'400'000, 850'000), 75),
              " 50% [===============>              ] 1.7 MB of 3.4 MB, 850 kB/s, 0:02 left");
}

TEST(ProgressBar, TellsWhatIsVerifiedFromWhatIsNotYet) {
    auto half = progress(1'700'000, 3'400'000, 850'000);
    half.verified = 850'000;
    half.sources = 1;
    EXPECT_EQ(render_progress(half, 86),
              " 50% [=======-------->               ] 1.7 MB of 3.4 MB, 850 kB/s, 0:02 left, 1 source");
    half.sources = 12;
    EXPECT_TRUE(render_progress(half, 120).ends_with(", 12 sources"));
}

TEST(ProgressBar, FitsIntoTheColumnsThatThereAre) {
    for (std::size_t columns = 4; columns < 120; ++columns) {
        const auto line = render_progress(progress(123'456'789, 987'654'321, 12'345'678), columns);
        EXPECT_LE(line.size(), columns);
        EXPECT_EQ(line.substr(0, 4), " 12%");
    }
}

TEST(ProgressBar, IsFullOnlyAtTheEnd) {
    EXPECT_NE(render_progress(progress(999, 1000, 1), 80).find(" 99% ["), std::string::npos);
    const auto whole = render_progress(progress(1000, 1000, 1), 80);
    EXPECT_TRUE(whole.starts_with("100% [="));
    EXPECT_EQ(whole.find('>'), std::string::npos);
}

TEST(ProgressBar, HoldsAgainstWhatCannotBe) {
    EXPECT_TRUE(render_progress(progress(0, 0, 0), 80).starts_with("100%"));
    EXPECT_TRUE(render_progress(progress(2000, 1000, 1), 80).starts_with("100%"));
    EXPECT_NE(render_progress(progress(1, 1'000'000'000'000, 0.001), 80).find("-:-- left"), std::string::npos);
    EXPECT_EQ(render_progress(progress(1, 2, 1), 0), " 50%");
}

}  // namespace
}  // namespace gnut
