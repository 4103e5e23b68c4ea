// Most of a test's time is waiting for servers and processes; more than the processors can be waited for at once.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
