using CsCheck;
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

        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_FailuresInARow_LetsNobodyInUntilTheBreakIsOver()
    {
        FailTimes(2);

        Assert.Null(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.Null(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_SuccessBetweenFailures_StartsTheCountAgain()
    {
        FailTimes(1);
        Enter().Succeed();
        FailTimes(1);

        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void TryEnter_HalfOpen_LetsOneProbeIn()
    {
        OpenHalf();

        Assert.NotNull(_breaker.TryEnter());
        Assert.Null(_breaker.TryEnter());
    }

    [Fact]
    public void Succeed_Probe_ClosesTheCircuit()
    {
        OpenHalf();
        Enter().Succeed();

        Assert.NotNull(_breaker.TryEnter());
        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void Fail_Probe_OpensTheCircuitForAnotherBreak()
    {
        OpenHalf();
        Fail(Enter());

        Assert.Null(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void Fail_CallFromBeforeTheCircuitOpened_DoesNotKeepItOpen()
    {
        CircuitCall stale = Enter();
        FailTimes(2);
        _time.Advance(TimeSpan.FromSeconds(29));
        Fail(stale);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void Leave_Probe_LetsTheNextOneProbe()
    {
        OpenHalf();
        Enter().Leave();

        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void Fail_Twice_CountsOnce()
    {
        CircuitCall call = Enter();
        Fail(call);
        Fail(call);

        Assert.NotNull(_breaker.TryEnter());
    }

    // Of the calls under way, only those that began since the circuit last opened or closed have a say, and of probes there is one.
    [Fact]
    public void Calls_InAnyOrder_DoWhatTheModelDoes() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5]).Array[0, 60].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            var breaker = new CircuitBreaker(time) { FailureThreshold = 2, BreakDuration = TimeSpan.FromSeconds(30) };
            List<(CircuitCall Call, int Epoch)> underWay = [];
            (int failures, int epoch, bool isProbing, int openFor) = (0, 0, false, 0);
            foreach ((int action, int choice) in steps)
            {
                if (action == 0)
                {
                    bool isOpen = failures == 2;
                    bool expected = !isOpen || (!isProbing && openFor >= 30);
                    CircuitCall? call = breaker.TryEnter();
                    Assert.Equal(expected, call is not null);
                    isProbing |= isOpen && expected;
                    epoch += isOpen && expected ? 1 : 0;
                    if (call is not null)
                    {
                        underWay.Add((call, epoch));
                    }
                }
                else if (action == 1)
                {
                    time.Advance(TimeSpan.FromSeconds(10));
                    openFor += 10;
                }
                else if (underWay.Count > 0)
                {
                    (CircuitCall call, int began) = underWay[choice % underWay.Count];
                    underWay.RemoveAt(choice % underWay.Count);
                    (action == 2 ? call.Succeed : action == 3 ? (Action)(() => Fail(call)) : call.Leave)();
                    if (began == epoch)
                    {
                        failures = action == 2 ? 0 : action == 3 ? Math.Min(2, failures + 1) : failures;
                        openFor = action == 3 ? 0 : openFor;
                        epoch += isProbing || failures == 2 ? 1 : 0;
                        isProbing = false;
                    }
                }
            }
        });

    private static void Fail(CircuitCall call) => call.Fail(new HttpRequestException(), hadTime: true);

    private CircuitCall Enter() => Assert.IsType<CircuitCall>(_breaker.TryEnter());

    private void OpenHalf()
    {
        FailTimes(2);
        _time.Advance(TimeSpan.FromSeconds(30));
    }

    private void FailTimes(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Fail(Enter());
        }
    }
}
