using Microsoft.Extensions.Time.Testing;
using Reranking.Scoring;

namespace Reranking.Tests;

public class CircuitBreakerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(_time) { FailureThreshold = 2, BreakDuration = TimeSpan.FromSeconds(30) };

    [Fact]
    public void TryEnter_FewerFailuresThanTheThreshold_LetsIn()
    {
        FailTimes(1);

        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_FailuresInARow_LetsNobodyInUntilTheBreakIsOver()
    {
        FailTimes(2);

        Assert.False(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.False(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_SuccessBetweenFailures_StartsTheCountAgain()
    {
        FailTimes(1);
        Assert.True(_breaker.TryEnter());
        _breaker.Succeed();
        FailTimes(1);

        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_HalfOpen_LetsOneProbeIn()
    {
        OpenHalf();

        Assert.True(_breaker.TryEnter());
        Assert.False(_breaker.TryEnter());
    }

    [Fact]
    public void Succeed_Probe_ClosesTheCircuit()
    {
        OpenHalf();
        Assert.True(_breaker.TryEnter());
        _breaker.Succeed();

        Assert.True(_breaker.TryEnter());
        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void Fail_Probe_OpensTheCircuitForAnotherBreak()
    {
        OpenHalf();
        Assert.True(_breaker.TryEnter());
        _breaker.Fail();

        Assert.False(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void Fail_CallFromBeforeTheCircuitOpened_DoesNotKeepItOpen()
    {
        Assert.True(_breaker.TryEnter());
        FailTimes(2);
        _time.Advance(TimeSpan.FromSeconds(29));
        _breaker.Fail();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void Leave_Probe_LetsTheNextOneProbe()
    {
        OpenHalf();
        Assert.True(_breaker.TryEnter());
        _breaker.Leave();

        Assert.True(_breaker.TryEnter());
    }

    private void OpenHalf()
    {
        FailTimes(2);
        _time.Advance(TimeSpan.FromSeconds(30));
    }

    private void FailTimes(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.True(_breaker.TryEnter());
            _breaker.Fail();
        }
    }
}
