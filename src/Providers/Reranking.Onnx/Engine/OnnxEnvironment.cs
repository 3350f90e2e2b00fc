using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Reranking.Onnx.Engine;

/// <summary>
/// ONNX Runtime in this process, without its telemetry. From 1.31 on it would keep an identifier of the device and what it learns of processor, program and
/// sessions in the user's cache folder, and send them to its maker.
/// </summary>
internal static partial class OnnxEnvironment
{
    private const string DisableTelemetry = "ORT_DISABLE_TELEMETRY";

    // A failure is that of a native library which is missing, and is thrown anew by whoever comes next.
    private static readonly Lazy<OrtEnv> Shared = new(Create, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Gets the environment. Touch it before any other type of the runtime.</summary>
    public static OrtEnv Instance => Shared.Value;

    private static OrtEnv Create()
    {
        if (!OrtEnv.IsCreated)
        {
            SetVariable();
        }

        OrtEnv environment = OrtEnv.Instance();
        environment.DisableTelemetryEvents();   // where the application had created it already
        return environment;
    }

    // .NET's own variables are a copy on Unix, which native code does not see.
    private static void SetVariable()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(DisableTelemetry, "1");
            return;
        }

        try
        {
            SetEnvironmentVariable(DisableTelemetry, "1", overwrite: 1);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Then the call after the creation has to do.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
