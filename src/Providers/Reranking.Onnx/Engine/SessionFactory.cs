using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Engine;

/// <summary>Opens ONNX Runtime sessions with the settings that were measured to be the best for one input per run.</summary>
internal static class SessionFactory
{
    /// <summary>Opens the session of a model, has its profile resolved, and starts an engine over both.</summary>
    /// <param name="folder">The files of the model.</param>
    /// <param name="resolve">Resolves the profile from what the graph declares.</param>
    /// <exception cref="RelevanceScoringException">The file is not a complete model, the runtime can't start, or the profile can't be resolved.</exception>
    public static OnnxEngine Load(ModelFolder folder, Func<InferenceSession, ModelProfile> resolve)
    {
        InferenceSession session = Open(folder.ModelFile, folder.Options);
        try
        {
            return new OnnxEngine(session, resolve(session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens the session of a model, or those of the parts that it was cut into, has its profile resolved, and starts an engine over both.</summary>
    /// <param name="folder">The files of the model.</param>
    /// <param name="parts">The parts, or <see langword="null"/> for the whole model.</param>
    /// <param name="resolve">Resolves the profile from what the graph, or its last part, declares.</param>
    /// <exception cref="RelevanceScoringException">A file can't be loaded, or the profile can't be resolved.</exception>
    public static async Task<OnnxEngine> LoadAsync(ModelFolder folder, EarlyExitFile? parts, Func<InferenceSession, Task<ModelProfile>> resolve)
    {
        var sessions = new List<InferenceSession>();
        try
        {
            foreach (string file in parts?.Parts ?? [folder.ModelFile])
            {
                sessions.Add(Open(file, folder.Options));
            }

            ModelProfile profile = await resolve(sessions[^1]).ConfigureAwait(false);
            return parts is null ? new OnnxEngine(sessions[0], profile) : new OnnxEngine(new PartRunner([.. sessions], profile, parts), profile);
        }
        catch
        {
            sessions.ForEach(static session => session.Dispose());
            throw;
        }
    }

    /// <summary>Opens a session with the settings of the engine.</summary>
    public static InferenceSession Open(string path, OnnxModelOptions options)
    {
        try
        {
            _ = OnnxEnvironment.Instance;
            using SessionOptions session = CreateOptions(options);
            return new InferenceSession(path, session);
        }
        catch (OnnxRuntimeException exception)
        {
            throw ModelFileFailure.Mark(
                new RelevanceScoringException(
                    $"'{path}' can't be loaded by ONNX Runtime: {exception.Message} Expected a complete ONNX model. Check {options.ModelSetting}.",
                    exception),
                path);
        }
        catch (Exception exception) when (IsNativeLibraryFailure(exception))
        {
            throw new RelevanceScoringException(
                $"The native library of ONNX Runtime can't be loaded: {exception.Message} " +
                "Expected the one of the package Microsoft.ML.OnnxRuntime, or of its GPU kin, in the version of Microsoft.ML.OnnxRuntime.Managed.",
                exception);
        }
    }

    // Met first wherever the runtime is first touched, possibly wrapped by a static constructor.
    private static bool IsNativeLibraryFailure(Exception exception) =>
        exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
        || (exception is TypeInitializationException { InnerException: { } inner } && IsNativeLibraryFailure(inner));

    private static SessionOptions CreateOptions(OnnxModelOptions options)
    {
        var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,

            // Failures come as exceptions; without this they are printed to the error stream too.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            // Spinning threads would burn a processor between the requests of a server.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            session.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
            if (options.ExecutionProvider == OnnxExecutionProvider.Cpu)
            {
                TuneForCpu(session);
            }
            else
            {
                Append(session, options);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void TuneForCpu(SessionOptions session)
    {
        // Runs are parallel, not the operators within one.
        session.IntraOpNumThreads = 1;
        session.InterOpNumThreads = 1;

        // The fused kernel is slower than its parts.
        session.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        if (CpuFeatures.SaturatesInt8)
        {
            session.AddSessionConfigEntry("session.x64quantprecision", "1");
        }
    }

    private static void Append(SessionOptions session, OnnxModelOptions options)
    {
        (string provider, string package) = options.ExecutionProvider switch
        {
            OnnxExecutionProvider.Cuda => ("CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
            OnnxExecutionProvider.DirectML => ("DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML"),
            OnnxExecutionProvider.CoreML => ("CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime (macOS only)"),
            _ => ("OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino"),
        };
        string[] available = OnnxEnvironment.Instance.GetAvailableProviders();
        if (!available.Contains(provider))
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:ExecutionProvider is {options.ExecutionProvider}, " +
                $"but the ONNX Runtime of this application has only {string.Join(", ", available)}. Add the package {package}, or set it to Cpu.");
        }

        try
        {
            switch (options.ExecutionProvider)
            {
                case OnnxExecutionProvider.Cuda:
                    session.AppendExecutionProvider_CUDA(options.DeviceId);
                    break;
                case OnnxExecutionProvider.DirectML:
                    session.EnableMemoryPattern = false;   // DirectML demands it
                    session.AppendExecutionProvider_DML(options.DeviceId);
                    break;
                case OnnxExecutionProvider.CoreML:
                    session.AppendExecutionProvider("CoreML");
                    break;
                default:
                    session.AppendExecutionProvider_OpenVINO();
                    break;
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new RelevanceScoringException(
                $"{options.SettingsPath}:ExecutionProvider is {options.ExecutionProvider}, which failed to start: {exception.Message} " +
                $"Check the driver and {options.SettingsPath}:DeviceId ({options.DeviceId}), or set it to Cpu.",
                exception);
        }
    }
}
