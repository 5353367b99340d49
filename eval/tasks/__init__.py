"""What is asked: question sets on our files, and public benchmarks that nobody here wrote."""
