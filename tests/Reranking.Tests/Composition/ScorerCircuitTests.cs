using Microsoft.Extensions.Time.Testing;
using Reranking.Composition;

namespace Reranking.Tests;

public class ScorerCircuitTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScorerCircuit _circuit;

    public ScorerCircuitTests() => _circuit = new ScorerCircuit(2, TimeSpan.FromSeconds(30), _time);

    [Fact]
    public void TryEnter_FewerFailuresThanTheThreshold_LetsIn()
    {
        FailTimes(1);

        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void TryEnter_FailuresInARow_LetsNobodyInUntilTheBreakIsOver()
    {
        FailTimes(2);

        Assert.False(_circuit.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.False(_circuit.TryEnter());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void TryEnter_SuccessBetweenFailures_StartsTheCountAgain()
    {
        FailTimes(1);
        Assert.True(_circuit.TryEnter());
        _circuit.Succeed();
        FailTimes(1);

        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void TryEnter_HalfOpen_LetsOneProbeIn()
    {
        OpenHalf();

        Assert.True(_circuit.TryEnter());
        Assert.False(_circuit.TryEnter());
    }

    [Fact]
    public void Succeed_Probe_ClosesTheCircuit()
    {
        OpenHalf();
        Assert.True(_circuit.TryEnter());
        _circuit.Succeed();

        Assert.True(_circuit.TryEnter());
        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void Fail_Probe_OpensTheCircuitForAnotherBreak()
    {
        OpenHalf();
        Assert.True(_circuit.TryEnter());
        _circuit.Fail();

        Assert.False(_circuit.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void Leave_Probe_LetsTheNextOneProbe()
    {
        OpenHalf();
        Assert.True(_circuit.TryEnter());
        _circuit.Leave();

        Assert.True(_circuit.TryEnter());
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
            Assert.True(_circuit.TryEnter());
            _circuit.Fail();
        }
    }
}
