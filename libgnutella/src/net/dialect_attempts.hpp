#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gnutella::net {

/// In which dialects one host is tried, one after another, and what is told when none will do.
class DialectAttempts {
  public:
    /// @param in_order not empty.
    explicit DialectAttempts(std::vector<Dialect> in_order) : order_(std::move(in_order)) {}

    /// The one that is being tried.
    Dialect current() const { return order_[at_]; }
    /// Whether there is another after it.
    bool has_another() const { return at_ + 1 < order_.size(); }

    enum class Next : std::uint8_t { try_current, give_up };
    /// The current one has failed. The next is worth a try when the far end may just speak another dialect, not when it
    /// cannot be reached, or has said in our dialect that it does not want us.
    /// @param text what the far end said.
    Next failed(error_code reason, std::string text);

    /// What says most of why all have failed. Of these the last, but for silence and words that make no sense: where
    /// each dialect was met by one of these, it is the far end that is something else.
    error_code reason() const;
    const std::string& text() const { return text_; }

  private:
    std::vector<Dialect> order_;
    std::size_t at_ = 0;
    std::optional<error_code> silence_;  // the first attempt that was not answered at all
    error_code last_;
    std::string text_;
};

}  // namespace gnutella::net
