#pragma once

#include <stdexcept>

namespace gnut {

/// What the user wrote cannot be understood; what() is one sentence that says what, and what to write instead.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace gnut
