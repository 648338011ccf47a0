"""What tests of several folders share. No test stands here, and no test module is imported by another."""
